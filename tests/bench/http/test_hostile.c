/*
 * Clients that misbehave get the status they deserve, and nobody else is harmed: a few hundred of
 * them; long_hostile.c has thousands for every model.
 */
#include <stdio.h>

#include "tests/hostile.h"
#include "tests/suite.h"

START_TEST(whoever_misbehaves_is_refused_and_harms_nobody)
{
	static const char *const families[] = {"async", "threads", "process-pool"};

	hostile_clients(families[_i], 100, 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("hostile");
	TCase *c = tcase_create("hostile");

#ifdef HAVE_HTTP_PARSER
	tcase_add_loop_test(c, whoever_misbehaves_is_refused_and_harms_nobody, 0, 3);
#else
	puts("skipped: built without http-parser");
#endif
	tcase_set_timeout(c, 60);
	suite_add_tcase(s, c);
	return s;
}
