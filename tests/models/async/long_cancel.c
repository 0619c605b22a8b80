/*
 * Cancelling at any moment: ten thousand random programs on each poller.
 */
#include "tests/models/async/random_program.h"

START_TEST(ten_thousand_random_programs_lose_nothing_and_leave_nobody_waiting)
{
	ck_assert_uint_eq(run_programs(1000, 10000, _i == 0 ? ASYNC_EPOLL : ASYNC_URING), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/long_cancel");
	TCase *tests = tcase_create("cancel");

	tcase_set_timeout(tests, 600);
	tcase_add_loop_test(
		tests, ten_thousand_random_programs_lose_nothing_and_leave_nobody_waiting, 0, 2);
	suite_add_tcase(suite, tests);
	return suite;
}
