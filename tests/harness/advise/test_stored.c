/*
 * The nearest stored table to a request, on a machine on paper.
 */
#include <stdio.h>

#include "harness/advise/stored.h"
#include "tests/harness/advise/paper.h"
#include "tests/suite.h"

enum { US = 1000, MS = 1000000 };

static double law(const struct paper *paper, const struct record *record)
{
	(void)paper;
	return 30e3 + paper_param(record, "compute");
}

static struct trial trial;

static void run(char *selector, const struct sweep *sweeps, int count)
{
	static struct paper paper;
	char error[200];

	paper_init(&paper, law, 0.01);
	ck_assert_int_eq(trial_run(&trial, &paper.world, &selector, 1, sweeps, count, NULL, error,
				 sizeof(error)),
		0);
}

START_TEST(the_nearest_by_factors_is_taken)
{
	struct sweep sweeps[] = {{"wait", "1ms,10ms"}, {"compute", "50us,500us"}, {"heavy", "0"}};
	struct request request = {
		.rate = 100, .wait_ns = 4 * MS, .compute_ns = 100 * US, .concurrency = 8};

	run("mixed/async", sweeps, 3);
	const struct group_rows *group = stored_nearest(&trial.report, &request);
	ck_assert_int_eq(record_param_value(group->sample, "wait", 0), 10 * MS);
	ck_assert_int_eq(record_param_value(group->sample, "compute", 0), 50 * US);
	trial_free(&trial);
}
END_TEST

START_TEST(heavy_requests_count_by_their_average)
{
	/* 100 us and 5 % of 20 times that are 195 us */
	struct sweep sweeps[] = {
		{"wait", "1ms"}, {"compute", "100us"}, {"heavy", "5"}, {"factor", "20"}};
	struct request request = {
		.rate = 100, .wait_ns = MS, .compute_ns = 195 * US, .concurrency = 8};

	run("mixed/async", sweeps, 4);
	ck_assert(stored_distance(stored_nearest(&trial.report, &request), &request) < 1e-4);
	trial_free(&trial);
}
END_TEST

START_TEST(a_run_without_requests_has_no_table_for_advice)
{
	struct sweep none[1] = {{"tasks", "8"}};

	run("sleep/async", none, 1);
	ck_assert_ptr_null(stored_nearest(&trial.report, &(struct request){.rate = 1}));
	trial_free(&trial);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("stored");
	TCase *c = tcase_create("stored");

	tcase_add_test(c, the_nearest_by_factors_is_taken);
	tcase_add_test(c, heavy_requests_count_by_their_average);
	tcase_add_test(c, a_run_without_requests_has_no_table_for_advice);
	suite_add_tcase(s, c);
	return s;
}
