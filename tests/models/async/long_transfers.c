/*
 * Cancelling transfers at any moment: two thousand random runs on each poller.
 */
#include "tests/models/async/random_transfers.h"

START_TEST(two_thousand_random_runs_lose_no_byte_and_keep_their_order)
{
	ck_assert_uint_eq(run_transfers(1000, 2000, _i == 0 ? ASYNC_EPOLL : ASYNC_URING), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/long_transfers");
	TCase *tests = tcase_create("transfers");

	tcase_set_timeout(tests, 900);
	tcase_add_loop_test(
		tests, two_thousand_random_runs_lose_no_byte_and_keep_their_order, 0, 2);
	suite_add_tcase(suite, tests);
	return suite;
}
