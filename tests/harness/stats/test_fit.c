#include <math.h>
#include <stdint.h>

#include "harness/stats/fit.h"
#include "tests/suite.h"

START_TEST(a_line_gives_its_slope_and_intercept)
{
	struct fit_point points[] = {{0, 1, 12}, {0, 2, 22}, {0, 5, 52}};
	double slope = fit_slope(points, 3);

	ck_assert_double_eq_tol(slope, 10, 1e-12);
	ck_assert_double_eq_tol(fit_intercept(points, 3, slope), 2, 1e-12);
}
END_TEST

START_TEST(one_wild_point_does_not_move_the_slope)
{
	struct fit_point points[] = {{0, 1, 1}, {0, 2, 2}, {0, 3, 3}, {0, 4, 4}, {0, 5, 1000}};

	ck_assert_double_eq_tol(fit_slope(points, 5), 1, 1e-12);
}
END_TEST

START_TEST(equal_sizes_have_no_slope)
{
	struct fit_point points[] = {{0, 7, 1}, {0, 7, 2}};

	ck_assert(isnan(fit_slope(points, 2)));
	ck_assert(isnan(fit_slope(points, 1)));
	ck_assert_int_eq(fit_slopes(points, 2, 0.95).n, 0);
}
END_TEST

START_TEST(groups_give_one_slope_each)
{
	/* blocks differ by a large offset that a common fit would take for slope */
	struct fit_point points[] = {{1, 100, 5200}, {0, 100, 400}, {0, 200, 800}, {2, 200, 91200},
		{1, 200, 5700}, {2, 100, 90600}};
	struct interval slope = fit_slopes(points, 6, 0.95);

	ck_assert_int_eq(slope.n, 3);
	ck_assert_double_eq_tol(slope.low, 4, 1e-9);
	ck_assert_double_eq_tol(slope.middle, 5, 1e-9);
	ck_assert_double_eq_tol(slope.high, 6, 1e-9);
	ck_assert_double_eq_tol(slope.coverage, 0.75, 1e-12);
}
END_TEST

static double noise(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (double)(*state >> 33) / 2147483648.0 - 0.5;
}

/* 9 blocks at 3 sizes, noise per point; rank 2 of 9 covers 96.1 %. */
START_TEST(the_interval_covers_the_truth_of_a_synthetic_model)
{
	uint64_t state = 42;
	int covered = 0;

	for (int repeat = 0; repeat < 1000; repeat++) {
		struct fit_point points[27];
		for (int i = 0; i < 27; i++) {
			double tasks = (double[]){100, 500, 2000}[i % 3];
			points[i] = (struct fit_point){
				i / 3, tasks, 1e6 + 30000 * tasks + 4e5 * noise(&state)};
		}
		struct interval slope = fit_slopes(points, 27, 0.95);
		covered += interval_contains(&slope, 30000);
	}
	ck_assert_int_ge(covered, 930);
	ck_assert_int_le(covered, 985);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("fit");
	TCase *c = tcase_create("fit");

	tcase_add_test(c, a_line_gives_its_slope_and_intercept);
	tcase_add_test(c, one_wild_point_does_not_move_the_slope);
	tcase_add_test(c, equal_sizes_have_no_slope);
	tcase_add_test(c, groups_give_one_slope_each);
	tcase_add_test(c, the_interval_covers_the_truth_of_a_synthetic_model);
	suite_add_tcase(s, c);
	return s;
}
