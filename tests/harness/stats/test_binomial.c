#include "harness/stats/binomial.h"
#include "tests/suite.h"

START_TEST(tails_of_a_fair_coin_are_exact)
{
	ck_assert_double_eq_tol(binomial_at_most(0, 6, 0.5), 1.0 / 64, 1e-15);
	ck_assert_double_eq_tol(binomial_at_most(1, 6, 0.5), 7.0 / 64, 1e-15);
	ck_assert_double_eq_tol(binomial_at_most(2, 10, 0.5), 56.0 / 1024, 1e-15);
	ck_assert_double_eq_tol(binomial_at_least(8, 10, 0.5), 56.0 / 1024, 1e-15);
	ck_assert_double_eq(binomial_at_most(-1, 5, 0.5), 0);
	ck_assert_double_eq(binomial_at_most(5, 5, 0.5), 1);
}
END_TEST

START_TEST(tails_of_a_biased_coin_are_exact)
{
	/* Binomial(20, 0.1): P(X <= 1) = 0.9^20 + 20 * 0.1 * 0.9^19 */
	ck_assert_double_eq_tol(binomial_at_most(1, 20, 0.1), 0.391746998126, 1e-10);
	ck_assert_double_eq_tol(binomial_at_least(1, 20, 0.1), 1 - 0.121576654591, 1e-10);
	ck_assert_double_eq(binomial_at_most(3, 7, 0), 1);
	ck_assert_double_eq(binomial_at_most(3, 7, 1), 0);
}
END_TEST

START_TEST(tiny_tails_keep_their_digits)
{
	ck_assert_double_eq_tol(binomial_at_most(0, 200, 0.5) / 6.223015277861142e-61, 1, 1e-9);
	ck_assert_double_eq_tol(binomial_at_least(200, 200, 0.5) / 6.223015277861142e-61, 1, 1e-9);
}
END_TEST

START_TEST(bounds_are_those_of_clopper_and_pearson)
{
	/* 0 of n: 1 - alpha^(1/n) */
	ck_assert_double_eq_tol(binomial_upper_bound(0, 300, 0.95), 0.009936, 5e-7);
	ck_assert_double_eq_tol(binomial_lower_bound(59, 59, 0.95), 0.950492, 5e-7);
	/* two-sided 95 % of 4 in 10: 0.12155 .. 0.73762 */
	ck_assert_double_eq_tol(binomial_lower_bound(4, 10, 0.975), 0.121552, 5e-6);
	ck_assert_double_eq_tol(binomial_upper_bound(4, 10, 0.975), 0.737622, 5e-6);
	ck_assert_double_eq(binomial_upper_bound(5, 5, 0.95), 1);
	ck_assert_double_eq(binomial_lower_bound(0, 5, 0.95), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("binomial");
	TCase *c = tcase_create("binomial");

	tcase_add_test(c, tails_of_a_fair_coin_are_exact);
	tcase_add_test(c, tails_of_a_biased_coin_are_exact);
	tcase_add_test(c, tiny_tails_keep_their_digits);
	tcase_add_test(c, bounds_are_those_of_clopper_and_pearson);
	suite_add_tcase(s, c);
	return s;
}
