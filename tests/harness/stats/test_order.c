#include <math.h>

#include "harness/stats/order.h"
#include "tests/suite.h"

START_TEST(median_of_odd_counts_is_the_middle_value)
{
	double values[] = {5, 1, 3};

	ck_assert_double_eq(order_median_of(values, 3), 3);
	ck_assert_double_eq(values[0], 5); /* left as it was */
}
END_TEST

START_TEST(median_of_even_counts_is_the_mean_of_the_middle_two)
{
	double values[] = {4, 1, 2, 10};

	ck_assert_double_eq(order_median_of(values, 4), 3);
}
END_TEST

START_TEST(nothing_has_no_median)
{
	ck_assert(isnan(order_median_of(NULL, 0)));
	ck_assert(isnan(order_mad(NULL, 0)));
}
END_TEST

/* The worked example of the Wikipedia article on the median absolute deviation. */
START_TEST(deviation_agrees_with_the_textbook)
{
	double values[] = {1, 1, 2, 2, 4, 6, 9};

	ck_assert_double_eq(order_mad(values, 7), 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("order");
	TCase *c = tcase_create("order");

	tcase_add_test(c, median_of_odd_counts_is_the_middle_value);
	tcase_add_test(c, median_of_even_counts_is_the_mean_of_the_middle_two);
	tcase_add_test(c, nothing_has_no_median);
	tcase_add_test(c, deviation_agrees_with_the_textbook);
	suite_add_tcase(s, c);
	return s;
}
