/*
 * The examples of the lecture notes from other languages, Go and C++ (X1, X2), each with the
 * outcome the notes give.
 */
#include <errno.h>
#include <pthread.h>

#include "tests/models/async/in_loop.h"

static int sender(void *arg)
{
	return async_channel_send(arg, 42);
}

static int x1_body(void *arg)
{
	struct async_channel channel = {0}, other = {0};
	intptr_t value;
	(void)arg;
	struct async_task *task = async_spawn(sender, &channel);
	must(async_channel_receive(&channel, &value) == 0 && value == 42);
	must(async_task_join(task) == 0);
	struct async_case cases[2] = {{.kind = ASYNC_RECEIVE, .channel = &channel},
		{.kind = ASYNC_RECEIVE, .channel = &other}};
	must(async_select(cases, 2, 0) == -EAGAIN);     /* default */
	must(async_select(cases, 2, MS) == -ETIMEDOUT); /* timeout */
	task = async_spawn(sender, &other);
	must(async_select(cases, 2, ASYNC_FOREVER) == 1 && cases[1].value == 42);
	must(async_task_join(task) == 0);
	return 0;
}

START_TEST(X1_a_value_passes_a_channel_and_select_takes_the_ready_one)
{
	in_loop(x1_body, NULL);
}
END_TEST

static void *set_from_thread(void *arg)
{
	async_remote_set(arg, 16);
	return NULL;
}

static void *wait_in_thread(void *arg)
{
	return (void *)(intptr_t)async_remote_wait(arg);
}

static int x2_body(void *arg)
{
	struct async_remote remote;
	pthread_t setter, waiter;
	void *seen;
	(void)arg;
	must(async_remote_init(&remote) == 0);
	must(pthread_create(&waiter, NULL, wait_in_thread, &remote) == 0);
	must(pthread_create(&setter, NULL, set_from_thread, &remote) == 0);
	must(async_await(&remote.future) == 16);
	must(pthread_join(setter, NULL) == 0 && pthread_join(waiter, &seen) == 0);
	must((intptr_t)seen == 16);
	must(async_remote_set(&remote, 17) == -EALREADY);
	return 0;
}

START_TEST(X2_a_value_set_by_a_thread_is_awaited_by_a_thread_and_by_a_coroutine)
{
	in_loop(x2_body, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/lectures_worlds");
	TCase *tests = tcase_create("lectures_worlds");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, X1_a_value_passes_a_channel_and_select_takes_the_ready_one);
	tcase_add_test(tests, X2_a_value_set_by_a_thread_is_awaited_by_a_thread_and_by_a_coroutine);
	suite_add_tcase(suite, tests);
	return suite;
}
