/*
 * What would change the answer, on a machine on paper with a crossover where the test puts it.
 */
#include <stdio.h>

#include "harness/advise/axes.h"
#include "tests/harness/advise/paper.h"
#include "tests/suite.h"

enum { US = 1000, MS = 1000000 };

static struct paper paper;
static struct request request;
static struct axes_look look;
static double crossover_ns; /* computation at which threads become cheaper than the loop */

static double law(const struct paper *of, const struct record *record)
{
	double compute_ns = paper_param(record, "compute"), own_ns = 30e3;

	(void)of;
	if (model_find(record->model)->family == FAMILY_ASYNC)
		own_ns += 0.5 * (compute_ns - crossover_ns);
	return compute_ns + (own_ns < 1e3 ? 1e3 : own_ns);
}

static void begin(double crossover)
{
	crossover_ns = crossover;
	paper_init(&paper, law, 0.001);
	request = (struct request){
		.rate = 1000, .wait_ns = 5 * MS, .compute_ns = 50 * US, .concurrency = 50};
	look = (struct axes_look){.world = &paper.world,
		.workload = "http",
		.request = &request,
		.cpus = 1,
		.cpu_ns = 80 * US,
		.chosen = "async",
		.rivals = {"threads"},
		.rivals_count = 1};
}

static struct axis_side look_along(int axis, bool up)
{
	struct axis_side side;
	char error[200];

	ck_assert_int_eq(axes_measure(&look, axis, up, &side, error, sizeof(error)), 0);
	return side;
}

enum { RATE, WAIT, COMPUTE, CONNECTIONS };

START_TEST(the_nearest_crossover_is_between_the_two_values_named)
{
	begin(110 * US);
	struct axis_side side = look_along(COMPUTE, true);
	ck_assert_int_eq(side.end, AXIS_CHANGES);
	ck_assert_str_eq(side.other, "threads");
	ck_assert_int_lt(side.same_to, 110 * US);
	ck_assert_int_gt(side.at, 110 * US);
	ck_assert_int_lt(side.at, 170 * US); /* halved, not the 200 us at which it was found */
	ck_assert(side.ratio.high < 1);
}
END_TEST

START_TEST(where_nothing_changes_the_farthest_value_is_named)
{
	begin(250 * US);
	struct axis_side side = look_along(COMPUTE, true);
	ck_assert_int_eq(side.end, AXIS_SAME);
	ck_assert_int_eq(side.same_to, 200 * US);
	side = look_along(WAIT, false);
	ck_assert_int_eq(side.end, AXIS_SAME);
	ck_assert_int_eq(side.same_to, 1250 * US);
}
END_TEST

START_TEST(what_littles_law_forbids_is_not_measured)
{
	begin(250 * US);
	look.connections_given = true;
	request.concurrency = 10;
	int before = paper.invocations;
	struct axis_side side = look_along(WAIT, true); /* 20 in progress, 10 connections */
	ck_assert_int_eq(side.end, AXIS_INFEASIBLE);
	ck_assert_ptr_nonnull(strstr(side.reason, "Little"));
	ck_assert_int_eq(paper.invocations, before);
}
END_TEST

START_TEST(a_rate_that_the_cpus_do_not_serve_is_not_looked_at)
{
	begin(250 * US);
	look.cpu_ns = 500 * US; /* 1700 a second make 85 % */
	struct axis_side side = look_along(RATE, true);
	ck_assert_int_le(side.at, 1700);
}
END_TEST

START_TEST(a_chosen_model_that_breaks_down_is_an_end_too)
{
	begin(40 * US); /* beyond 200 us the loop needs 310 us a request, threads 230 */
	request.rate = 3500;
	look.cpu_ns = 1;
	struct axis_side side = look_along(COMPUTE, true);
	ck_assert_int_eq(side.end, AXIS_CHANGES);
	ck_assert_str_eq(side.other, "threads");
}
END_TEST

/* A sweep of mixed, stored: the loop is the better one up to 100 us. */
START_TEST(a_stored_sweep_answers_without_measuring)
{
	char *selectors[] = {"mixed/async", "mixed/threads"}, error[200];
	struct sweep sweeps[] = {{"compute", "25us,50us,100us,200us,400us"}, {"heavy", "0"}};
	struct axis_side side;
	struct trial trial;

	begin(110 * US);
	ck_assert_int_eq(trial_run(&trial, &paper.world, selectors, 2, sweeps, 2, NULL, error,
				 sizeof(error)),
		0);
	int before = paper.invocations;
	const struct group_rows *group = trial_group_at(&trial, "compute", 50 * US);
	axes_stored(&trial.report, group, &request, "async", COMPUTE, true, &side);
	ck_assert_int_eq(side.end, AXIS_CHANGES);
	ck_assert_int_eq(side.same_to, 100 * US);
	ck_assert_int_eq(side.at, 200 * US);
	ck_assert_str_eq(side.other, "threads");
	axes_stored(&trial.report, group, &request, "async", COMPUTE, false, &side);
	ck_assert_int_eq(side.same_to, 25 * US);
	/* at 50 us the loop needs 50 us a request, threads 80: nobody reaches more */
	axes_stored(&trial.report, group, &request, "async", RATE, true, &side);
	ck_assert_int_eq(side.end, AXIS_NONE_FITS);
	ck_assert_int_gt(side.same_to, request.rate);
	axes_stored(&trial.report, group, &request, "threads", RATE, true, &side);
	ck_assert_int_eq(side.end, AXIS_CHANGES);
	ck_assert_str_eq(side.other, "async");
	axes_stored(&trial.report, group, &request, "async", WAIT, true, &side);
	ck_assert_int_eq(side.end, AXIS_NO_DATA);
	ck_assert_int_eq(paper.invocations, before);
	trial_free(&trial);
}
END_TEST

START_TEST(an_axis_is_told_in_a_sentence_for_each_side)
{
	struct axis_side down = {.end = AXIS_SAME, .same_to = 12500},
			 up = {.end = AXIS_CHANGES,
				 .same_to = 100 * US,
				 .at = 140 * US,
				 .other = "threads",
				 .ratio = {.middle = 0.9, .low = 0.88, .high = 0.93, .n = 6}};
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	struct writer writer = {.out = out, .format = WRITER_TERMINAL, .width = 200, .utf8 = true};

	axes_write(&writer, COMPUTE, "async", &down, &up);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(text, "the answer is the same from 12.5us to 100us"));
	ck_assert_ptr_nonnull(strstr(text,
		"between 100us and 140us; at 140us threads takes 0.900 [0.880–0.930] times the "
		"CPU of async"));
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("axes");
	TCase *c = tcase_create("axes");

	tcase_add_test(c, the_nearest_crossover_is_between_the_two_values_named);
	tcase_add_test(c, where_nothing_changes_the_farthest_value_is_named);
	tcase_add_test(c, what_littles_law_forbids_is_not_measured);
	tcase_add_test(c, a_rate_that_the_cpus_do_not_serve_is_not_looked_at);
	tcase_add_test(c, a_chosen_model_that_breaks_down_is_an_end_too);
	tcase_add_test(c, a_stored_sweep_answers_without_measuring);
	tcase_add_test(c, an_axis_is_told_in_a_sentence_for_each_side);
	suite_add_tcase(s, c);
	return s;
}
