#include <math.h>
#include <stdint.h>

#include "harness/stats/interval.h"
#include "tests/suite.h"

/* Ranks of the sign-test interval as in tables of nonparametric statistics (two-sided 95 %). */
START_TEST(ranks_agree_with_the_tables)
{
	static const struct {
		int n, rank;
	} table[] = {{5, 0}, {6, 1}, {8, 1}, {9, 2}, {11, 2}, {12, 3}, {15, 4}, {17, 5}, {20, 6},
		{25, 8}, {30, 10}, {40, 14}, {50, 18}, {100, 40}};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		ck_assert_int_eq(interval_rank(table[i].n, 0.95), table[i].rank);
}
END_TEST

START_TEST(coverage_of_the_extremes_is_one_minus_two_to_the_one_minus_n)
{
	ck_assert_double_eq_tol(interval_coverage(3, 1), 0.75, 1e-12);
	ck_assert_double_eq_tol(interval_coverage(6, 1), 0.96875, 1e-12);
	ck_assert_double_eq_tol(interval_coverage(10, 2), 1 - 2 * 11.0 / 1024, 1e-12);
	ck_assert_double_eq(interval_coverage(1, 1), 0);
}
END_TEST

START_TEST(one_sided_needs_five_seven_and_ten_values)
{
	/* one-sided alpha is half of the two-sided miss */
	ck_assert_int_eq(interval_rank(4, 0.90), 0);
	ck_assert_int_eq(interval_rank(5, 0.90), 1);
	ck_assert_int_eq(interval_rank(6, 0.98), 0);
	ck_assert_int_eq(interval_rank(7, 0.98), 1);
	ck_assert_int_eq(interval_rank(9, 0.998), 0);
	ck_assert_int_eq(interval_rank(10, 0.998), 1);
}
END_TEST

START_TEST(the_interval_is_the_values_at_the_ranks)
{
	double values[] = {9, 1, 8, 2, 7, 3, 6, 4, 5};
	struct interval interval = interval_median(values, 9, 0.95);

	ck_assert_double_eq(interval.middle, 5);
	ck_assert_double_eq(interval.low, 2);
	ck_assert_double_eq(interval.high, 8);
	ck_assert_double_eq_tol(interval.coverage, 1 - 20.0 / 512, 1e-12);
	ck_assert(interval_contains(&interval, 8));
	ck_assert(!interval_contains(&interval, 8.5));
}
END_TEST

START_TEST(too_few_values_give_the_extremes_and_say_what_they_are_worth)
{
	double values[] = {3, 1, 2};
	struct interval interval = interval_median(values, 3, 0.95);

	ck_assert_double_eq(interval.low, 1);
	ck_assert_double_eq(interval.high, 3);
	ck_assert_double_eq_tol(interval.coverage, 0.75, 1e-12);
	interval = interval_median(values, 1, 0.95);
	ck_assert_double_eq(interval.middle, 3);
	ck_assert_double_eq(interval.coverage, 0);
	interval = interval_median(NULL, 0, 0.95);
	ck_assert(isnan(interval.middle) && isnan(interval.low) && interval.n == 0);
}
END_TEST

static uint64_t next(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

/* 1000 repeats of n = 6 from two modes and a tail; exact coverage is 96.9 %, 930 is 7 sigma below.
 */
START_TEST(simulated_coverage_is_the_promised_one)
{
	uint64_t state = 1;
	int covered = 0;

	for (int repeat = 0; repeat < 1000; repeat++) {
		double values[6];
		for (int i = 0; i < 6; i++) {
			double u = (double)next(&state) / 2147483648.0;
			/* the true median is 1.0: half of the mass lies on either side */
			values[i] = u < 0.5 ? u * 2 : 1 + (u - 0.5) * 40;
		}
		struct interval interval = interval_median(values, 6, 0.95);
		covered += interval_contains(&interval, 1.0);
	}
	ck_assert_int_ge(covered, 930);
	ck_assert_int_le(covered, 990);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("interval");
	TCase *c = tcase_create("interval");

	tcase_add_test(c, ranks_agree_with_the_tables);
	tcase_add_test(c, coverage_of_the_extremes_is_one_minus_two_to_the_one_minus_n);
	tcase_add_test(c, one_sided_needs_five_seven_and_ten_values);
	tcase_add_test(c, the_interval_is_the_values_at_the_ranks);
	tcase_add_test(c, too_few_values_give_the_extremes_and_say_what_they_are_worth);
	tcase_add_test(c, simulated_coverage_is_the_promised_one);
	suite_add_tcase(s, c);
	return s;
}
