#include <math.h>
#include <stddef.h>

#include "harness/stats/binomial.h"
#include "harness/stats/power.h"
#include "tests/suite.h"

static const double alpha = 0.01 / 30;

START_TEST(the_normal_distribution_is_that_of_the_tables)
{
	ck_assert_double_eq_tol(normal_below(1.959963984540054), 0.975, 1e-12);
	ck_assert_double_eq_tol(normal_below(-3), 0.001349898031630095, 1e-15);
	ck_assert_double_eq_tol(normal_quantile(0.95), 1.644853626951472, 1e-9);
	ck_assert_double_eq_tol(normal_quantile(0.01), -2.326347874040841, 1e-9);
}
END_TEST

START_TEST(the_critical_count_is_the_least_significant_one)
{
	ck_assert_int_eq(power_critical(10, 0.05), 9); /* P(X >= 9) = 0.0107, P(X >= 8) = 0.0547 */
	ck_assert_int_eq(power_critical(6, 0.01), 7);  /* 1/64 is not below 1 % */
	ck_assert_int_eq(power_critical(7, 0.01), 7);
	for (int n = 1; n < 60; n++) {
		int k = power_critical(n, alpha);
		ck_assert_double_le(binomial_at_least(k, n, 0.5), alpha);
		ck_assert_double_gt(binomial_at_least(k - 1, n, 0.5), alpha);
	}
}
END_TEST

/* Sample sizes for 5 % over a margin of 2 % with 95 % power at 1 % in 30 tests, by noise. */
START_TEST(the_planned_sizes_have_the_power_and_smaller_ones_have_not)
{
	static const struct {
		double sigma;
		int n;
	} sizes[] = {{0.01, 12}, {0.015, 20}, {0.02, 29}, {0.03, 51}, {0.04, 87}, {0.05, 130},
		{0.08, 320}};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		double shift = (log(1.05) - log(1.02)) / sizes[i].sigma;
		int needed = power_needed(shift, alpha, 0.95);
		ck_assert_double_ge(power_sign(needed, alpha, shift), 0.95);
		ck_assert_int_le(needed, sizes[i].n);
		ck_assert_int_ge(needed, sizes[i].n * 4 / 5);
	}
}
END_TEST

START_TEST(what_can_be_detected_and_what_is_needed_agree)
{
	for (int n = 15; n < 200; n += 17) {
		double shift = power_detectable(n, alpha, 0.95);
		ck_assert_double_eq_tol(power_sign(n, alpha, shift), 0.95, 1e-6);
		ck_assert_int_le(power_needed(shift * 1.0001, alpha, 0.95), n);
	}
	ck_assert(isinf(power_detectable(5, alpha, 0.95)));
	ck_assert_int_eq(power_needed(0, alpha, 0.95), POWER_N_MAX);
	ck_assert_int_eq(power_needed(-1, alpha, 0.95), POWER_N_MAX);
	ck_assert_int_eq(power_needed(0.001, alpha, 0.95), POWER_N_MAX);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("stats/power");
	TCase *power = tcase_create("power");

	tcase_set_timeout(power, 60);
	tcase_add_test(power, the_normal_distribution_is_that_of_the_tables);
	tcase_add_test(power, the_critical_count_is_the_least_significant_one);
	tcase_add_test(power, the_planned_sizes_have_the_power_and_smaller_ones_have_not);
	tcase_add_test(power, what_can_be_detected_and_what_is_needed_agree);
	suite_add_tcase(suite, power);
	return suite;
}
