/*
 * Futures and lines of waiters beyond the lecture notes' examples.
 */
#include <errno.h>

#include "tests/models/async/in_loop.h"

static int awaits(void *arg)
{
	return (int)async_await(arg);
}

static int all_who_await_a_future_get_its_value_body(void *arg)
{
	struct async_future future = {0};
	struct async_task *tasks[5];
	(void)arg;
	for (int i = 0; i < 5; i++)
		tasks[i] = async_spawn(awaits, &future);
	async_yield();
	must(async_future_set(&future, 8) == 0);
	for (int i = 0; i < 5; i++)
		must(async_task_join(tasks[i]) == 8);
	return 0;
}

START_TEST(all_who_await_a_future_get_its_value)
{
	in_loop(all_who_await_a_future_get_its_value_body, NULL);
}
END_TEST

static int a_cancelled_future_tells_its_awaiters_body(void *arg)
{
	struct async_future future = {0};
	(void)arg;
	struct async_task *task = async_spawn(awaits, &future);
	async_yield();
	must(async_cancel(&future) && !async_cancel(&future));
	must(async_task_join(task) == -ECANCELED && future.state == ASYNC_CANCELLED);
	must(async_future_set(&future, 1) == -EALREADY);
	return 0;
}

START_TEST(a_cancelled_future_tells_its_awaiters)
{
	in_loop(a_cancelled_future_tells_its_awaiters_body, NULL);
}
END_TEST

static int values_and_errors_of_the_wrong_sign_are_refused_body(void *arg)
{
	struct async_future future = {0};
	(void)arg;
	must(async_future_set(&future, -1) == -EINVAL && async_future_fail(&future, 0) == -EINVAL);
	must(!async_future_done(&future));
	return 0;
}

START_TEST(values_and_errors_of_the_wrong_sign_are_refused)
{
	in_loop(values_and_errors_of_the_wrong_sign_are_refused_body, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/future");
	TCase *tests = tcase_create("future");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, all_who_await_a_future_get_its_value);
	tcase_add_test(tests, a_cancelled_future_tells_its_awaiters);
	tcase_add_test(tests, values_and_errors_of_the_wrong_sign_are_refused);
	suite_add_tcase(suite, tests);
	return suite;
}
