/*
 * What more CPUs give, from a benchmark measured on one and on several.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/tables.h"
#include "tests/suite.h"

enum { PAIRS = 6, SIZES = 3 };

static const char *const lists[SIZES] = {"0", "0-1", "0-3"};
static struct record records[SIZES][PAIRS];
static const struct record *pointers[SIZES][PAIRS];
static struct row rows[SIZES];
static struct group_rows groups[SIZES];
static struct workload_facts facts;

/* threads on 1, 2 and 4 CPUs: 1000, 1900 and 3000 operations in a second. */
static void fill(void)
{
	static const uint64_t operations[SIZES] = {1000, 1900, 3000};

	facts = (struct workload_facts){.name = "hash", .rate = 1};
	for (int i = 0; i < SIZES; i++) {
		for (int j = 0; j < PAIRS; j++) {
			records[i][j] = (struct record){.workload = "hash",
				.model = "threads",
				.place = {.block = j},
				.work = {.rounds = 1, .operations = operations[i]},
				.window = {.ns = 1000000000}};
			strcpy(records[i][j].place.sut_cpus, lists[i]);
			pointers[i][j] = &records[i][j];
		}
		rows[i] = (struct row){.model = "threads",
			.status = STATUS_OK,
			.records = pointers[i],
			.records_count = PAIRS,
			.ok = PAIRS,
			.rate = {.middle = (double)operations[i]}};
		groups[i] = (struct group_rows){.sample = &records[i][0],
			.facts = &facts,
			.rows = &rows[i],
			.rows_count = 1,
			.by_rate = true};
	}
}

/* What is written of the first so many sizes. */
static char *render(int count)
{
	static struct session session;
	struct report report = {.session = &session, .groups = {.groups = groups, .count = count}};
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	struct writer writer = {.out = out, .width = 120, .utf8 = true};

	session.header.workloads = &facts;
	session.header.workloads_count = 1;
	ck_assert_int_eq(scaling_write(&writer, &report), 0);
	fclose(out);
	return text;
}

START_TEST(speed_up_is_over_one_cpu_and_efficiency_per_cpu)
{
	fill();
	char *text = render(SIZES);
	const char *two = strstr(text, "1.9"), *four = strstr(text, "3.0");
	ck_assert_msg(two != NULL && four != NULL && two < four, "%s", text);
	ck_assert_msg(strstr(two, "95 %") != NULL && strstr(four, "75 %") != NULL, "%s", text);
	free(text);
}
END_TEST

START_TEST(a_run_on_one_number_of_cpus_has_no_such_table)
{
	fill();
	char *text = render(1);
	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

START_TEST(with_a_load_process_there_is_no_such_comparison)
{
	fill();
	facts.load = 1;
	char *text = render(SIZES);
	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

START_TEST(a_model_that_failed_on_more_cpus_says_so)
{
	fill();
	rows[1].status = STATUS_FAILED;
	char *text = render(2);
	ck_assert_msg(strstr(text, "failed") != NULL, "%s", text);
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("report/scaling");
	TCase *tcase = tcase_create("scaling");

	tcase_add_test(tcase, speed_up_is_over_one_cpu_and_efficiency_per_cpu);
	tcase_add_test(tcase, a_run_on_one_number_of_cpus_has_no_such_table);
	tcase_add_test(tcase, with_a_load_process_there_is_no_such_comparison);
	tcase_add_test(tcase, a_model_that_failed_on_more_cpus_says_so);
	suite_add_tcase(s, tcase);
	return s;
}
