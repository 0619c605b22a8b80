/*
 * The rank-sum test against values worked out by hand and by R's wilcox.test.
 */
#include "harness/stats/rank.h"
#include "tests/suite.h"

START_TEST(without_ties_the_p_value_is_exact)
{
	/* 2 of the C(6, 3) = 20 arrangements are as extreme */
	ck_assert_double_eq_tol(
		rank_sum_test((double[]){1, 2, 3}, 3, (double[]){4, 5, 6}, 3), 0.1, 1e-12);
	ck_assert_double_eq_tol(
		rank_sum_test((double[]){4, 5, 6}, 3, (double[]){1, 2, 3}, 3), 0.1, 1e-12);
	/* wilcox.test(c(1.1, 2.2, 3.3, 4.4), c(0.5, 2.5, 3.5, 4.5, 5.5)): U = 7, p = 0.5555556 */
	ck_assert_double_eq_tol(rank_sum_test((double[]){1.1, 2.2, 3.3, 4.4}, 4,
					(double[]){0.5, 2.5, 3.5, 4.5, 5.5}, 5),
		0.5555555555555556, 1e-12);
}
END_TEST

START_TEST(with_ties_it_is_the_corrected_normal_approximation)
{
	/* wilcox.test(c(1, 2, 2, 3), c(2, 3, 4, 4), exact = FALSE) */
	ck_assert_double_eq_tol(rank_sum_test((double[]){1, 2, 2, 3}, 4, (double[]){2, 3, 4, 4}, 4),
		0.1341691801, 1e-6);
	/* nothing but ties says nothing */
	ck_assert_double_eq(rank_sum_test((double[]){1, 1}, 2, (double[]){1, 1}, 2), 1);
}
END_TEST

START_TEST(an_empty_sample_says_nothing)
{
	ck_assert_double_eq(rank_sum_test(NULL, 0, (double[]){1}, 1), 1);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("stats/rank");
	TCase *test = tcase_create("test");

	tcase_add_test(test, without_ties_the_p_value_is_exact);
	tcase_add_test(test, with_ties_it_is_the_corrected_normal_approximation);
	tcase_add_test(test, an_empty_sample_says_nothing);
	suite_add_tcase(suite, test);
	return suite;
}
