#include <math.h>

#include "harness/stats/pairs.h"
#include "tests/suite.h"

START_TEST(drift_that_hits_both_halves_of_a_pair_cancels)
{
	struct paired a[6], b[6];

	for (int i = 0; i < 6; i++) {
		double drift = 1 + 0.5 * i; /* the machine gets 3.5 times slower */
		a[i] = (struct paired){.key = pair_key(i / 2, i % 2), .value = 200 / drift};
		b[i] = (struct paired){.key = pair_key(i / 2, i % 2), .value = 100 / drift};
	}
	struct interval ratio = pairs_ratio(a, 6, b, 6, 0.95);
	ck_assert_int_eq(ratio.n, 6);
	ck_assert_double_eq_tol(ratio.middle, 2, 1e-12);
	ck_assert_double_eq_tol(ratio.low, 2, 1e-12);
	ck_assert_double_eq_tol(ratio.high, 2, 1e-12);
}
END_TEST

START_TEST(only_complete_pairs_count)
{
	struct paired a[] = {{pair_key(0, 0), 4}, {pair_key(0, 1), 9}, {pair_key(2, 0), 5}};
	struct paired b[] = {{pair_key(0, 0), 2}, {pair_key(1, 0), 7}};
	struct interval ratio = pairs_ratio(a, 3, b, 2, 0.95);

	ck_assert_int_eq(ratio.n, 1);
	ck_assert_double_eq_tol(ratio.middle, 2, 1e-12);
	ck_assert_double_eq(ratio.coverage, 0);
}
END_TEST

START_TEST(a_repeated_half_counts_once_with_its_last_value)
{
	struct paired a[] = {{pair_key(0, 0), 1}, {pair_key(0, 0), 6}};
	struct paired b[] = {{pair_key(0, 0), 9}, {pair_key(0, 0), 2}};
	struct interval ratio = pairs_ratio(a, 2, b, 2, 0.95);

	ck_assert_int_eq(ratio.n, 1);
	ck_assert_double_eq_tol(ratio.middle, 3, 1e-12);
}
END_TEST

START_TEST(no_pair_gives_no_ratio)
{
	struct paired a[] = {{0, 1}}, zero[] = {{0, 0}};

	ck_assert(isnan(pairs_ratio(a, 1, NULL, 0, 0.95).middle));
	ck_assert_int_eq(pairs_ratio(a, 1, zero, 1, 0.95).n, 0);
}
END_TEST

/* Ratios average geometrically: 1/2 and 2 meet at 1, not at 1.25. */
START_TEST(half_and_double_balance)
{
	struct paired a[] = {{0, 1}, {1, 2}}, b[] = {{0, 2}, {1, 1}};

	ck_assert_double_eq_tol(pairs_ratio(a, 2, b, 2, 0.95).middle, 1, 1e-12);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("pairs");
	TCase *c = tcase_create("pairs");

	tcase_add_test(c, drift_that_hits_both_halves_of_a_pair_cancels);
	tcase_add_test(c, only_complete_pairs_count);
	tcase_add_test(c, a_repeated_half_counts_once_with_its_last_value);
	tcase_add_test(c, no_pair_gives_no_ratio);
	tcase_add_test(c, half_and_double_balance);
	suite_add_tcase(s, c);
	return s;
}
