/*
 * Delays come from the distributions they are said to come from. Fixed seeds: these are exact.
 */
#include "harness/load/draw.h"

#include <math.h>
#include <stdlib.h>

#include "tests/suite.h"

enum { DRAWS = 200000, MEAN_NS = 1000000 };

static uint64_t draws[DRAWS];

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double draw_all(enum draw_distribution distribution)
{
	double sum = 0;

	for (int i = 0; i < DRAWS; i++) {
		draws[i] = draw_duration(distribution, MEAN_NS, 42, (uint64_t)i);
		sum += (double)draws[i];
	}
	qsort(draws, DRAWS, sizeof(*draws), compare);
	return sum / DRAWS / MEAN_NS;
}

static double quantile(double q)
{
	return (double)draws[(int)(q * DRAWS)] / MEAN_NS;
}

START_TEST(every_distribution_has_the_mean_asked_for)
{
	ck_assert_double_eq_tol(draw_all((enum draw_distribution)_i), 1.0, 0.02);
}
END_TEST

START_TEST(exponential_has_its_quantiles)
{
	draw_all(DRAW_EXPONENTIAL);
	ck_assert_double_eq_tol(quantile(0.5), log(2), 0.02);
	ck_assert_double_eq_tol(quantile(0.99), log(100), 0.1);
}
END_TEST

START_TEST(lognormal_has_its_quantiles)
{
	draw_all(DRAW_LOGNORMAL);
	ck_assert_double_eq_tol(quantile(0.5), exp(-0.5), 0.02);
	ck_assert_double_eq_tol(quantile(0.99), exp(2.3263 - 0.5), 0.2);
}
END_TEST

START_TEST(bimodal_has_its_two_values)
{
	draw_all(DRAW_BIMODAL);
	ck_assert_double_eq_tol(quantile(0.89), 0.5, 1e-9);
	ck_assert_double_eq_tol(quantile(0.91), 5.5, 1e-9);
}
END_TEST

START_TEST(a_value_belongs_to_seed_and_id_alone)
{
	for (uint64_t id = 0; id < 1000; id++) {
		uint64_t first = draw_duration(DRAW_EXPONENTIAL, MEAN_NS, 1, id);

		ck_assert_uint_eq(draw_duration(DRAW_EXPONENTIAL, MEAN_NS, 1, id), first);
		ck_assert_uint_ne(draw_duration(DRAW_EXPONENTIAL, MEAN_NS, 2, id), first);
		ck_assert_uint_ne(draw_duration(DRAW_EXPONENTIAL, MEAN_NS, 1, id + 1), first);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("draw");
	TCase *c = tcase_create("distributions");

	tcase_add_loop_test(
		c, every_distribution_has_the_mean_asked_for, DRAW_FIXED, DRAW_BIMODAL + 1);
	tcase_add_test(c, exponential_has_its_quantiles);
	tcase_add_test(c, lognormal_has_its_quantiles);
	tcase_add_test(c, bimodal_has_its_two_values);
	tcase_add_test(c, a_value_belongs_to_seed_and_id_alone);
	suite_add_tcase(s, c);
	return s;
}
