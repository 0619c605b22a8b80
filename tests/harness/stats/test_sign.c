#include <math.h>

#include "harness/stats/sign.h"
#include "tests/suite.h"

START_TEST(the_p_value_is_the_binomial_tail_of_the_counts)
{
	static const double values[] = {1, 2, 3, 4, 5, 6, 7, 8, -1, -2};

	/* R: binom.test(8, 10, alternative = "greater")$p.value */
	ck_assert_double_eq_tol(sign_test_above(values, 10, 0), 0.0546875, 1e-12);
	ck_assert_double_eq_tol(sign_test_below(values, 10, 0), 1 - 11.0 / 1024, 1e-12);
	ck_assert_double_eq_tol(sign_test_above(values, 8, 0), 1.0 / 256, 1e-15);
	ck_assert_double_eq(sign_test_above(values, 0, 0), 1);
}
END_TEST

START_TEST(a_tie_speaks_for_no_difference)
{
	static const double values[] = {0, 0, 0, 0, 1};

	ck_assert_double_eq_tol(sign_test_above(values, 5, 0), 31.0 / 32, 1e-12);
	ck_assert_double_eq_tol(sign_test_below(values, 5, 0), 1, 1e-12);
}
END_TEST

START_TEST(a_one_sided_bound_needs_five_seven_and_ten_values)
{
	static const double values[] = {3, 1, 2, 5, 4, 10, 9, 8, 7, 6};

	ck_assert(isinf(sign_upper_bound(values, 4, 0.95)));
	ck_assert_double_eq(sign_upper_bound(values, 5, 0.95), 5);
	ck_assert(isinf(sign_upper_bound(values, 6, 0.99)));
	ck_assert_double_eq(sign_upper_bound(values, 7, 0.99), 10);
	ck_assert(isinf(sign_lower_bound(values, 9, 0.999)));
	ck_assert_double_eq(sign_lower_bound(values, 10, 0.999), 1);
	/* P(X <= 1 | 10) = 0.0107: the second largest */
	ck_assert_double_eq(sign_upper_bound(values, 10, 0.95), 9);
	ck_assert_double_eq(sign_lower_bound(values, 10, 0.95), 2);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("stats/sign");
	TCase *sign = tcase_create("sign");

	tcase_add_test(sign, the_p_value_is_the_binomial_tail_of_the_counts);
	tcase_add_test(sign, a_tie_speaks_for_no_difference);
	tcase_add_test(sign, a_one_sided_bound_needs_five_seven_and_ten_values);
	suite_add_tcase(suite, sign);
	return suite;
}
