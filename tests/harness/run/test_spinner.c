#include <sched.h>

#include "harness/run/spinner.h"
#include "tests/suite.h"

static cpu_set_t allowed;

static void look(void)
{
	ck_assert_int_eq(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
}

START_TEST(the_share_is_one_and_the_affinity_is_as_it_was)
{
	cpu_set_t after;
	double share = spinner_share(&allowed);

	ck_assert(share >= 0 && share <= 1);
	ck_assert_int_eq(sched_getaffinity(0, sizeof(after), &after), 0);
	ck_assert(CPU_EQUAL(&allowed, &after));
}
END_TEST

START_TEST(without_a_cpu_nothing_is_taken)
{
	cpu_set_t none;

	CPU_ZERO(&none);
	ck_assert(spinner_share(&none) == 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("spinner");
	TCase *c = tcase_create("spinner");

	tcase_add_checked_fixture(c, look, NULL);
	tcase_add_test(c, the_share_is_one_and_the_affinity_is_as_it_was);
	tcase_add_test(c, without_a_cpu_nothing_is_taken);
	suite_add_tcase(s, c);
	return s;
}
