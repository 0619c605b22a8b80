/*
 * Timeout scopes.
 */
#include <errno.h>

#include "tests/models/async/in_loop.h"

static int the_inner_scope_says_whether_it_was_the_one_body(void *arg)
{
	struct async_timeout outer, inner;
	(void)arg;
	must(async_timeout_begin(&outer, MS) == 0 &&
		async_timeout_begin(&inner, 10000u * (uint64_t)MS) == 0);
	must(async_sleep(10000u * (uint64_t)MS) == -ETIMEDOUT);
	must(!async_timeout_end(&inner) && async_timeout_end(&outer));
	must(async_sleep(MS) == 0); /* told once */
	return 0;
}

START_TEST(the_inner_scope_says_whether_it_was_the_one)
{
	in_loop(the_inner_scope_says_whether_it_was_the_one_body, NULL);
}
END_TEST

static int a_scope_that_expires_while_nobody_waits_leaves_nothing_behind_body(void *arg)
{
	struct async_timeout limit;
	(void)arg;
	must(async_timeout_begin(&limit, 1) == 0);
	uint64_t start_ns = async_now_ns();
	while (async_now_ns() - start_ns < 2 * MS || !limit.expired)
		async_yield();
	must(async_timeout_end(&limit));
	must(async_sleep(0) == 0);
	return 0;
}

START_TEST(a_scope_that_expires_while_nobody_waits_leaves_nothing_behind)
{
	in_loop(a_scope_that_expires_while_nobody_waits_leaves_nothing_behind_body, NULL);
}
END_TEST

static int a_rescheduled_scope_expires_later_or_not_at_all_body(void *arg)
{
	struct async_timeout limit;
	(void)arg;
	must(async_timeout_begin(&limit, MS) == 0);
	must(async_timeout_reschedule(&limit, async_now_ns() + 100000u * (uint64_t)MS) == 0);
	must(async_sleep(3 * MS) == 0);
	must(!async_timeout_end(&limit));
	must(async_timeout_begin(&limit, 0) == 0);
	must(async_sleep(100u * (uint64_t)MS) == -ETIMEDOUT);
	must(async_timeout_reschedule(&limit, 0) == -ETIMEDOUT && async_timeout_end(&limit));
	return 0;
}

START_TEST(a_rescheduled_scope_expires_later_or_not_at_all)
{
	in_loop(a_rescheduled_scope_expires_later_or_not_at_all_body, NULL);
}
END_TEST

static int a_scope_not_begun_ends_quietly_body(void *arg)
{
	struct async_timeout limit = {.task = NULL};
	(void)arg;
	must(!async_timeout_end(&limit));
	return 0;
}

START_TEST(a_scope_not_begun_ends_quietly)
{
	in_loop(a_scope_not_begun_ends_quietly_body, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/timeout");
	TCase *tests = tcase_create("timeout");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, the_inner_scope_says_whether_it_was_the_one);
	tcase_add_test(tests, a_scope_that_expires_while_nobody_waits_leaves_nothing_behind);
	tcase_add_test(tests, a_rescheduled_scope_expires_later_or_not_at_all);
	tcase_add_test(tests, a_scope_not_begun_ends_quietly);
	suite_add_tcase(suite, tests);
	return suite;
}
