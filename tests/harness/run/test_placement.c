#include <errno.h>
#include <string.h>

#include "harness/params.h"
#include "harness/run/placement.h"
#include "tests/suite.h"

static struct placement placement;
static char error[200];

static int place(const char *allowed, int cpus, const char *sut, const char *load)
{
	cpu_set_t set;

	memset(&placement, 0, sizeof(placement));
	error[0] = '\0';
	ck_assert_int_eq(cpu_list_parse(allowed, &set), 0);
	return placement_make(&placement, &set, cpus, sut, load, error, sizeof(error));
}

static void expect(const cpu_set_t *cpus, const char *list)
{
	char text[100] = "";

	if (CPU_COUNT(cpus) > 0)
		cpu_list_format(cpus, text, sizeof(text));
	ck_assert_str_eq(text, list);
}

START_TEST(two_cpus_are_one_for_the_server_and_one_for_the_load)
{
	ck_assert_int_eq(place("0-1", 0, NULL, NULL), 0);
	expect(&placement.sut, "0");
	expect(&placement.load, "1");
	expect(&placement.alone, "0-1");
	expect(&placement.one, "0");
}
END_TEST

START_TEST(one_cpu_leaves_none_for_the_load)
{
	ck_assert_int_eq(place("3", 0, NULL, NULL), 0);
	expect(&placement.alone, "3");
	expect(&placement.load, "");
}
END_TEST

START_TEST(a_number_of_cpus_takes_the_first_ones)
{
	ck_assert_int_eq(place("0-7", 5, NULL, NULL), 0);
	expect(&placement.sut, "0-1");
	expect(&placement.load, "2-4");
	expect(&placement.alone, "0-4");
	ck_assert_int_eq(place("0-1", 3, NULL, NULL), -EINVAL);
	ck_assert_str_eq(error, "--cpus 3: there are 2 here");
}
END_TEST

START_TEST(lists_of_the_user_hold)
{
	ck_assert_int_eq(place("0-7", 0, "2,4", NULL), 0);
	expect(&placement.sut, "2,4");
	expect(&placement.alone, "2,4");
	expect(&placement.load, "0-1,3,5-7");
	ck_assert_int_eq(place("0-3", 0, NULL, "0"), 0);
	expect(&placement.sut, "1-3");
	expect(&placement.load, "0");
}
END_TEST

START_TEST(overlapping_lists_are_refused_by_cpu)
{
	ck_assert_int_eq(place("0-3", 0, "0-2", "2-3"), -EINVAL);
	ck_assert_str_eq(error, "--sut-cpus and --load-cpus overlap in CPU 2");
}
END_TEST

START_TEST(cpus_that_may_not_be_used_are_refused)
{
	ck_assert_int_eq(place("0-1", 0, "0,5", NULL), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "only 0-1"));
	ck_assert_int_eq(place("0-1", 0, "x", NULL), -EINVAL);
	ck_assert_int_eq(place("0-1", 0, NULL, "0-1"), -EINVAL);
	ck_assert_str_eq(error, "--load-cpus 0-1 leaves no CPU to measure on");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("placement");
	TCase *c = tcase_create("placement");

	tcase_add_test(c, two_cpus_are_one_for_the_server_and_one_for_the_load);
	tcase_add_test(c, one_cpu_leaves_none_for_the_load);
	tcase_add_test(c, a_number_of_cpus_takes_the_first_ones);
	tcase_add_test(c, lists_of_the_user_hold);
	tcase_add_test(c, overlapping_lists_are_refused_by_cpu);
	tcase_add_test(c, cpus_that_may_not_be_used_are_refused);
	suite_add_tcase(s, c);
	return s;
}
