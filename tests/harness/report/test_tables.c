/*
 * A benchmark's table where every row met another fate, to the digit, in tests/golden/. After a
 * wanted change: CONCBENCH_GOLDEN=update, then read the difference.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/tables.h"
#include "tests/suite.h"

enum { ROWS = 9 };

static const struct interval none = {.middle = NAN, .low = NAN, .high = NAN};

static struct record record = {.params_count = 1, .params = {{"tasks", "64", 64}}};
static const struct record *records[] = {&record, &record};
static struct workload_facts facts = {.name = "echo",
	.operation = "one request on a kept connection",
	.concurrency = "tasks",
	.rate = 1,
	.load = 1,
	.server = 1};
static struct row rows[ROWS];
static struct group_rows group = {
	.sample = &record, .facts = &facts, .rows = rows, .rows_count = ROWS, .by_rate = true};

static struct interval around(double middle, double half, int n)
{
	return (struct interval){.middle = middle,
		.low = middle - half,
		.high = middle + half,
		.coverage = interval_coverage(n, n > 1),
		.n = n};
}

static void stop_row(struct row *row, const char *model, enum status status, const char *reason)
{
	*row = (struct row){.model = model, .status = status, .records = records};
	row->records_count = 2;
	row->ratio = row->rate = row->round_ns = row->cpu_ns = row->load_cpu_ns = none;
	row->sum_cpu_ns = row->voluntary = row->involuntary = none;
	strcpy(row->reason, reason);
}

static void good_row(struct row *row, const char *model, struct interval ratio)
{
	stop_row(row, model, STATUS_OK, "");
	row->ok = 2;
	row->ratio = ratio;
	row->rate = around(1000 * ratio.middle, 10, 6);
	row->cpu_ns = row->load_cpu_ns = around(1000, 10, 6);
	row->sum_cpu_ns = around(2000, 20, 6);
	row->voluntary = row->involuntary = around(1, 0.1, 6);
}

static void fill(void)
{
	strcpy(record.place.sut_cpus, "0");
	strcpy(record.place.load_cpus, "1");
	group.best = 0;
	good_row(&rows[0], "async", around(1, 0, 6));
	good_row(&rows[1], "threads", around(0.5, 0.01, 6));
	good_row(&rows[2], "thread-pool", around(0.99, 0.02, 6));
	good_row(&rows[3], "processes", around(0.5, 0, 1));
	stop_row(
		&rows[4], "sequential", STATUS_IMPOSSIBLE, "runs one task at a time, 64 must meet");
	stop_row(&rows[5], "process-pool", STATUS_LIMIT, "RLIMIT_NPROC 60 reached at 57 tasks");
	stop_row(&rows[6], "async-uring", STATUS_FAILED, "wrote no record, exit status 1");
	stop_row(&rows[7], "async-multi", STATUS_INVALID,
		"refused: 10 operations per round, async has 20");
	stop_row(&rows[8], "threads-gil", STATUS_DISTURBED, "25 % of a CPU was taken from outside");
}

static char *render(void)
{
	struct session session = {0};
	struct report report = {.session = &session};
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	struct writer writer = {.out = out, .width = 200, .utf8 = true};

	fill();
	ck_assert_int_eq(table_write(&writer, &report, &group), 0);
	fclose(out);
	return text;
}

START_TEST(every_way_to_end_has_its_word_and_its_footnote)
{
	static const char path[] = "tests/golden/table-fates.txt";
	const char *mode = getenv("CONCBENCH_GOLDEN");
	char *text = render(), *expected = calloc(1, 1 << 16);

	if (mode != NULL && strcmp(mode, "update") == 0) {
		FILE *file = fopen(path, "w");
		ck_assert_ptr_nonnull(file);
		fputs(text, file);
		fclose(file);
	}
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_gt(fread(expected, 1, (1 << 16) - 1, file), 0);
	fclose(file);
	ck_assert_str_eq(text, expected);
	free(text);
	free(expected);
}
END_TEST

START_TEST(a_ratio_separates_only_if_its_interval_excludes_one_and_rests_on_five_pairs)
{
	fill();
	ck_assert_int_eq(row_standing(&group, &rows[0]), STANDING_BEST);
	ck_assert_int_eq(row_standing(&group, &rows[1]), STANDING_APART);
	ck_assert_int_eq(row_standing(&group, &rows[2]), STANDING_CLOSE);
	ck_assert_int_eq(row_standing(&group, &rows[3]), STANDING_UNKNOWN);
	rows[1].ratio = around(0.5, 0.01, 4);
	ck_assert_int_eq(row_standing(&group, &rows[1]), STANDING_UNKNOWN);
	rows[1].ratio = around(0.5, 0.01, 5);
	ck_assert_int_eq(row_standing(&group, &rows[1]), STANDING_APART);
	for (int i = 4; i < ROWS; i++)
		ck_assert_int_eq(row_standing(&group, &rows[i]), STANDING_NONE);
}
END_TEST

START_TEST(a_guest_has_its_version_in_a_footnote_once)
{
	static struct record guest;
	static const struct record *guests[] = {&guest, &guest};
	struct session session = {0};
	struct report report = {.session = &session};
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	struct writer writer = {.out = out, .width = 200, .utf8 = true};

	fill();
	guest = record;
	strcpy(guest.guest.program, "./guest.py");
	strcpy(guest.guest.version, "CPython 3.11.2");
	rows[1].model = "python-asyncio";
	rows[2].model = "python-threading";
	rows[1].records = rows[2].records = guests;
	ck_assert_int_eq(table_write(&writer, &report, &group), 0);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(text, "python-asyncio (1)"));
	ck_assert_ptr_nonnull(strstr(text, "python-threading (1)"));
	const char *note = strstr(text, "(1) guest: CPython 3.11.2 (./guest.py)");
	ck_assert_msg(note != NULL, "%s", text);
	ck_assert_ptr_null(strstr(note + strlen("(1) guest: "), "guest: "));
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("report/tables");
	TCase *tables = tcase_create("tables");

	tcase_add_test(tables, every_way_to_end_has_its_word_and_its_footnote);
	tcase_add_test(tables,
		a_ratio_separates_only_if_its_interval_excludes_one_and_rests_on_five_pairs);
	tcase_add_test(tables, a_guest_has_its_version_in_a_footnote_once);
	suite_add_tcase(suite, tables);
	return suite;
}
