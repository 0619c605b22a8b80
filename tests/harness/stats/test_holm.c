#include "harness/stats/holm.h"
#include "tests/suite.h"

START_TEST(adjusted_p_values_are_those_of_r)
{
	static const double p[] = {0.01, 0.04, 0.03, 0.005};
	/* R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") */
	static const double expected[] = {0.03, 0.06, 0.06, 0.02};
	double adjusted[4];

	ck_assert_int_eq(holm_adjust(p, 4, adjusted), 0);
	for (int i = 0; i < 4; i++)
		ck_assert_double_eq_tol(adjusted[i], expected[i], 1e-12);
}
END_TEST

START_TEST(nothing_exceeds_one_and_a_single_test_stays_as_it_is)
{
	static const double p[] = {0.7, 0.9, 0.7};
	double adjusted[3];

	ck_assert_int_eq(holm_adjust(p, 3, adjusted), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_double_eq(adjusted[i], 1);
	ck_assert_int_eq(holm_adjust(p, 1, adjusted), 0);
	ck_assert_double_eq(adjusted[0], 0.7);
	ck_assert_int_eq(holm_adjust(p, 0, adjusted), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("stats/holm");
	TCase *holm = tcase_create("holm");

	tcase_add_test(holm, adjusted_p_values_are_those_of_r);
	tcase_add_test(holm, nothing_exceeds_one_and_a_single_test_stays_as_it_is);
	suite_add_tcase(suite, holm);
	return suite;
}
