/*
 * The second opinion by itself; its figures are compared with R's in long_r.c.
 */
#include <math.h>

#include "harness/stats/bootstrap.h"
#include "tests/suite.h"

static const double values[] = {1.2, 0.8, 1.0, 1.1, 0.9, 1.4, 1.3, 0.7, 1.05, 0.95};

START_TEST(it_encloses_the_median_and_repeats_with_its_seed)
{
	struct interval a = bootstrap_median(values, 10, 500, 1, 0.95);
	struct interval b = bootstrap_median(values, 10, 500, 1, 0.95);

	ck_assert_double_eq(a.low, b.low);
	ck_assert_double_eq(a.high, b.high);
	ck_assert_double_lt(a.low, a.middle);
	ck_assert_double_gt(a.high, a.middle);
	ck_assert_double_ge(a.low, 0.7);
	ck_assert_double_le(a.high, 1.4);
}
END_TEST

START_TEST(less_confidence_is_a_shorter_interval)
{
	struct interval wide = bootstrap_median(values, 10, 500, 1, 0.99);
	struct interval narrow = bootstrap_median(values, 10, 500, 1, 0.5);

	ck_assert_double_lt(narrow.high - narrow.low, wide.high - wide.low);
}
END_TEST

START_TEST(one_value_has_none)
{
	ck_assert(isnan(bootstrap_median(values, 1, 100, 1, 0.95).low));
	ck_assert(isnan(bootstrap_median(values, 0, 100, 1, 0.95).low));
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("stats/bootstrap");
	TCase *test = tcase_create("test");

	tcase_add_test(test, it_encloses_the_median_and_repeats_with_its_seed);
	tcase_add_test(test, less_confidence_is_a_shorter_interval);
	tcase_add_test(test, one_value_has_none);
	suite_add_tcase(suite, test);
	return suite;
}
