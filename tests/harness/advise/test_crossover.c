/*
 * The bisection: its middles, on a logarithmic axis, of few digits, always strictly inside; and on
 * a machine on paper with a crossover where the test puts it.
 */
#include "harness/advise/crossover.h"
#include "tests/harness/advise/paper.h"
#include "tests/suite.h"

START_TEST(the_middle_is_that_of_a_logarithmic_axis)
{
	ck_assert_int_eq(crossover_middle(1, 10000), 100);
	ck_assert_int_eq(crossover_middle(10000, 20000), 14000);
	ck_assert_int_eq(crossover_middle(0, 100), 50);
}
END_TEST

START_TEST(halving_ends)
{
	for (int64_t high = 2; high < 5000; high += 7) {
		int64_t low = 1, end = high;
		int steps = 0;
		for (int64_t middle; (middle = crossover_middle(low, end)) != low; steps++) {
			ck_assert_int_gt(middle, low);
			ck_assert_int_lt(middle, end);
			if (steps % 2 == 0)
				low = middle;
			else
				end = middle;
		}
		ck_assert_int_lt(steps, 40);
	}
}
END_TEST

enum { US = 1000 };

static double slope_scale = 1;
static double crossing_ns, slope; /* computation at which threads become as cheap as the loop */

static double law(const struct paper *paper, const struct record *record)
{
	double compute_ns = paper_param(record, "compute");

	(void)paper;
	return compute_ns + (model_find(record->model)->family == FAMILY_ASYNC
					    ? 30e3 + slope * (compute_ns - crossing_ns)
					    : 30e3);
}

static int steps;

static void count_step(void *arg, const struct crossover_search *search, int64_t value,
	const char *below, const char *above, const struct interval *ratio)
{
	(void)arg, (void)search, (void)value, (void)below, (void)above, (void)ratio;
	steps++;
}

/* Between 20 us and 2 ms. */
static struct crossover_result find(double crossing, double noise)
{
	static char async[] = "mixed/async", threads[] = "mixed/threads";
	char *selectors[] = {async, threads}, error[200];
	struct sweep sweeps[] = {{"wait", "0"}, {"heavy", "0"}};
	struct crossover_result result;
	struct paper paper;
	struct crossover_search search = {.workload = workload_find("mixed"),
		.low = 20 * US,
		.high = 2000 * US,
		.selectors = selectors,
		.selectors_count = 2,
		.sweeps = sweeps,
		.sweeps_count = 2};

	for (const struct param *param = search.workload->params; param->name != NULL; param++)
		if (strcmp(param->name, "compute") == 0)
			search.param = param;
	crossing_ns = crossing;
	slope = 0.2 * slope_scale;
	steps = 0;
	paper_init(&paper, law, noise);
	ck_assert_int_eq(crossover_find(&result, &search, &paper.world, count_step, NULL, error,
				 sizeof(error)),
		0);
	return result;
}

START_TEST(a_crossover_is_enclosed_within_a_fifth)
{
	static const double crossings[] = {40e3, 100e3, 149e3};

	for (size_t i = 0; i < sizeof(crossings) / sizeof(crossings[0]); i++) {
		struct crossover_result result = find(crossings[i], 0.0001);
		ck_assert_int_eq(result.end, CROSSOVER_FOUND);
		ck_assert_str_eq(result.below, "async");
		ck_assert_str_eq(result.above, "threads");
		ck_assert_int_lt(result.low, (int64_t)crossings[i]);
		ck_assert_int_gt(result.high, (int64_t)crossings[i]);
		ck_assert((double)result.high < 1.25 * (double)result.low);
		ck_assert_int_gt(steps, 3);
	}
}
END_TEST

/* Where noise is as large as the difference near the crossover, there is a range in between, and it
   is enclosed.
 */
START_TEST(where_the_two_are_not_told_apart_the_search_says_so)
{
	struct crossover_result result = find(149e3, 0.02);

	ck_assert_int_eq(result.end, CROSSOVER_FOUND);
	ck_assert_int_gt(result.tied_low, result.low);
	ck_assert_int_lt(result.tied_high, result.high);
	ck_assert_int_le(result.tied_low, 149 * US);
	ck_assert_int_ge(result.tied_high, 149 * US);
	/* what is sure and what is not told apart lie next to each other */
	ck_assert((double)result.tied_low < 1.3 * (double)result.low);
	ck_assert((double)result.high < 1.3 * (double)result.tied_high);
	ck_assert_int_lt(result.low, 149 * US);
	ck_assert_int_gt(result.high, 149 * US);
}
END_TEST

/* From a tie at one end on, the edge of the tie is what there is to find. */
START_TEST(a_tie_at_one_end_has_an_edge)
{
	struct crossover_result result = find(22e3, 0.02);

	ck_assert_int_eq(result.end, CROSSOVER_FROM);
	ck_assert_str_eq(result.above, "threads");
	ck_assert_int_eq(result.tied_low, 20 * US);
	ck_assert_int_gt(result.high, result.tied_high);
	ck_assert((double)result.high < 1.25 * (double)result.tied_high);
	ck_assert_int_gt(result.tied_high, 22 * US);

	slope_scale = 0.05;
	result = find(1950e3, 0.005);
	slope_scale = 1;
	ck_assert_int_eq(result.end, CROSSOVER_UNTIL);
	ck_assert_str_eq(result.below, "async");
	ck_assert_int_eq(result.tied_high, 2000 * US);
	ck_assert_int_lt(result.low, result.tied_low);
	ck_assert((double)result.tied_low < 1.25 * (double)result.low);
}
END_TEST

START_TEST(without_a_crossover_the_search_ends_at_the_ends)
{
	ck_assert_int_eq(find(1e3, 0.0001).end, CROSSOVER_NONE);
	/* one is better everywhere, by less than the noise */
	slope_scale = 0;
	struct crossover_result result = find(100e3, 0.02);
	slope_scale = 1;
	ck_assert(result.end == CROSSOVER_UNDECIDED || result.end == CROSSOVER_NONE);
	ck_assert_int_eq(result.steps, 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("crossover");
	TCase *c = tcase_create("crossover");

	tcase_add_test(c, the_middle_is_that_of_a_logarithmic_axis);
	tcase_add_test(c, halving_ends);
	tcase_add_test(c, a_crossover_is_enclosed_within_a_fifth);
	tcase_add_test(c, where_the_two_are_not_told_apart_the_search_says_so);
	tcase_add_test(c, a_tie_at_one_end_has_an_edge);
	tcase_add_test(c, without_a_crossover_the_search_ends_at_the_ends);
	suite_add_tcase(s, c);
	return s;
}
