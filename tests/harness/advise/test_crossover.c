/*
 * The bisection's middles: on a logarithmic axis, of few digits, always strictly inside.
 */
#include "harness/advise/crossover.h"
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

Suite *suite(void)
{
	Suite *s = suite_create("crossover");
	TCase *c = tcase_create("crossover");

	tcase_add_test(c, the_middle_is_that_of_a_logarithmic_axis);
	tcase_add_test(c, halving_ends);
	suite_add_tcase(s, c);
	return s;
}
