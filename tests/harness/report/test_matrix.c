#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/tables.h"
#include "tests/suite.h"

enum { ROWS = 5 };

static const struct interval none = {.middle = NAN, .low = NAN, .high = NAN};
static const char *const names[ROWS] = {
	"sequential", "async", "threads", "thread-pool", "processes"};

static struct record record = {.place = {.sut_cpus = "0-1"}};
static const struct record *records[] = {&record};
static struct workload_facts facts[2] = {{.name = "hash", .rate = 1}, {.name = "idle"}};
static struct row rows[2][ROWS];
static struct group_rows groups[2];
static struct session session;
static struct report report;
static char *text;

static struct interval around(double middle, double half, int n)
{
	return (struct interval){.middle = middle,
		.low = middle - half,
		.high = middle + half,
		.coverage = interval_coverage(n, n > 1),
		.n = n};
}

static void set_up(void)
{
	for (int i = 0; i < 2; i++) {
		for (int j = 0; j < ROWS; j++)
			rows[i][j] = (struct row){.model = names[j],
				.records = records,
				.records_count = 1,
				.ok = 6,
				.rate = around(1000, 1, 6),
				.ratio = around(1, 0, 6),
				.round_ns = around(1000, 1, 6),
				.user_bytes = none,
				.kernel_bytes = none};
		groups[i] = (struct group_rows){.sample = &record,
			.facts = &facts[i],
			.kind = KIND_TIME,
			.rows = rows[i],
			.rows_count = ROWS,
			.best = 4,
			.by_rate = i == 0};
	}
	report = (struct report){.session = &session, .groups = {.groups = groups, .count = 2}};
	rows[0][0].ratio = around(0.5, 0.01, 6);
	rows[0][1].status = STATUS_FAILED;
	rows[0][1].ratio = none;
	rows[0][2].ratio = around(0.99, 0.02, 6);
	rows[0][3].ratio = around(0.75, 0, 1);
	rows[1][0].status = STATUS_IMPOSSIBLE;
	for (int j = 1; j < ROWS; j++) {
		rows[1][j].user_bytes = around(1024 << j, 1, 6);
		rows[1][j].kernel_bytes = around(1024 << j, 1, 6);
	}
}

static void tear_down(void)
{
	free(text);
}

/* The line of a workload, blanks around the bars squeezed out. */
static const char *line(const char *workload)
{
	static char squeezed[400];
	size_t bytes, end = 0;
	FILE *out = open_memstream(&text, &bytes);
	struct writer writer = writer_for(out, WRITER_MARKDOWN);

	ck_assert_int_eq(matrix_write(&writer, &report), 0);
	fclose(out);
	const char *at = strstr(text, workload);
	ck_assert_msg(at != NULL, "no %s in %s", workload, text);
	for (; *at != '\n' && end + 1 < sizeof(squeezed); at++)
		if (*at != ' ' || (at[1] != '|' && at[-1] != '|'))
			squeezed[end++] = *at;
	squeezed[end] = '\0';
	return squeezed;
}

START_TEST(each_model_has_its_ratio_or_its_word_and_the_mark_of_what_it_is_worth)
{
	ck_assert_str_eq(line("hash"), "hash|on 2 CPUs|1.000k/s|0.500|failed|≈ 0.990|? 0.75|1|");
}
END_TEST

START_TEST(where_the_schedule_decides_the_rate_memory_is_compared)
{
	ck_assert_str_eq(
		line("idle"), "idle: memory|on 2 CPUs|4.0 KiB/task|– not possible|1|2.0|4.0|8.0|");
}
END_TEST

START_TEST(without_memory_the_duration_of_a_round_is)
{
	for (int j = 0; j < ROWS; j++)
		rows[1][j].user_bytes = rows[1][j].kernel_bytes = none;
	ck_assert_int_eq(strncmp(line("idle"), "idle|on 2 CPUs|", 15), 0);
}
END_TEST

START_TEST(the_models_stand_in_the_order_of_their_table)
{
	const char *before = NULL;

	line("hash");
	for (int j = 0; j < ROWS; j++) {
		char head[32];
		snprintf(head, sizeof(head), "| %s", names[j]);
		const char *at = strstr(text, head);
		ck_assert_msg(at != NULL && at > before, "%s", text);
		before = at;
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("matrix");
	TCase *c = tcase_create("matrix");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, each_model_has_its_ratio_or_its_word_and_the_mark_of_what_it_is_worth);
	tcase_add_test(c, where_the_schedule_decides_the_rate_memory_is_compared);
	tcase_add_test(c, without_memory_the_duration_of_a_round_is);
	tcase_add_test(c, the_models_stand_in_the_order_of_their_table);
	suite_add_tcase(s, c);
	return s;
}
