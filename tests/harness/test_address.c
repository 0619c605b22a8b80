/*
 * Addresses are taken out of the arguments, and only they.
 */
#include "harness/address.h"

#include <stdlib.h>
#include <string.h>

#include "tests/suite.h"

static void setup(void)
{
	unsetenv("CONCBENCH_URL");
}

START_TEST(an_address_leaves_the_arguments_for_the_environment)
{
	char *apart[] = {"concbench", "run", "-p", "url=postgresql://a:b@c/d", "db", NULL};
	char *joined[] = {"concbench", "run", "-purl=host=c password=b", "db", NULL};

	ck_assert_int_eq(address_take(5, apart), 0);
	ck_assert_str_eq(apart[3], "url=given");
	ck_assert_str_eq(address_given(), "postgresql://a:b@c/d");
	ck_assert_int_eq(address_take(4, joined), 0);
	ck_assert_str_eq(joined[2], "-purl=given");
	ck_assert_str_eq(address_given(), "host=c password=b");
}
END_TEST

START_TEST(what_is_none_stays)
{
	char *words[] = {"concbench", "load", "http://a/", "-p", "url=own", "-p", "url=owm", "-p",
		"rate=1", "url=a://b", "-p", NULL};
	char *before[sizeof(words) / sizeof(words[0])];

	memcpy(before, words, sizeof(words));
	ck_assert_int_eq(address_take(11, words), 0);
	for (int i = 0; words[i] != NULL; i++)
		ck_assert_str_eq(words[i], before[i]);
	ck_assert_ptr_null(address_given());
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("address");
	TCase *c = tcase_create("address");

	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, an_address_leaves_the_arguments_for_the_environment);
	tcase_add_test(c, what_is_none_stays);
	suite_add_tcase(s, c);
	return s;
}
