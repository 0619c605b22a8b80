/*
 * Cancelling at any moment loses nothing: a few hundred random programs; long_cancel has ten
 * thousand.
 */
#include "tests/models/async/random_program.h"

START_TEST(three_hundred_random_programs_lose_nothing_and_leave_nobody_waiting)
{
	ck_assert_uint_eq(run_programs(1, 300, ASYNC_EPOLL), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/cancel");
	TCase *tests = tcase_create("cancel");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, three_hundred_random_programs_lose_nothing_and_leave_nobody_waiting);
	suite_add_tcase(suite, tests);
	return suite;
}
