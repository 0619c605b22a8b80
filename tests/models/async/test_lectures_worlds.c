/*
 * The examples of the lecture notes on schedulers by hand, the bridge from them, Go and C++ (S1,
 * S2, S4, X1, X2), each with the outcome the notes give; a second of the notes is 10 ms here. The
 * order of events is what is compared, durations only against generous bounds.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "models/async/generator.h"
#include "tests/models/async/in_loop.h"

enum { SECOND = 10 * MS };

static struct events events;

struct named {
	const char *name;
	int seconds;
	int result;
};

/* When the first of them began: all deadlines count from then, so that their order is that of the
 * seconds however long this thread is kept from running. */
static uint64_t began_ns;

static int start_and_finish(void *arg)
{
	struct named *named = arg;
	happened(&events, "start %s", named->name);
	if (began_ns == 0)
		began_ns = async_now_ns();
	int rc = async_sleep_until(began_ns + (uint64_t)named->seconds * SECOND);
	if (rc != 0)
		return rc;
	happened(&events, "finish %s", named->name);
	return named->result;
}

static int says_twice(void *arg)
{
	for (int i = 0; i < 2; i++) {
		happened(&events, "%s", (const char *)arg);
		async_yield();
	}
	happened(&events, "task %s terminated", (const char *)arg);
	return 0;
}

static int s1_body(void *arg)
{
	(void)arg;
	struct async_task *foo = async_spawn(says_twice, "foo"),
			  *bar = async_spawn(says_twice, "bar");
	async_task_join(foo);
	async_task_join(bar);
	return 0;
}

START_TEST(s1_a_scheduler_alternates_two_tasks_and_ends_by_itself)
{
	in_loop(s1_body, NULL);
	ck_assert_str_eq(
		events.text, "foo, bar, foo, bar, task foo terminated, task bar terminated");
}
END_TEST

static int s2_body(void *arg)
{
	struct named a = {"a", 4, 0}, b = {"b", 3, 0};
	(void)arg;
	struct async_task *first = async_spawn(start_and_finish, &a),
			  *second = async_spawn(start_and_finish, &b);
	async_task_join(first);
	async_task_join(second);
	return 0;
}

START_TEST(s2_a_polling_scheduler_overlaps_fetches_and_burns_the_cpu_meanwhile)
{
	struct async_options options = {.poller = ASYNC_BUSY};
	struct rusage before, after;

	getrusage(RUSAGE_THREAD, &before);
	ck_assert_int_eq(async_run_with(s2_body, NULL, &options), 0);
	getrusage(RUSAGE_THREAD, &after);
	ck_assert_str_eq(events.text, "start a, start b, finish b, finish a");
	/* it never gives the CPU away: 40 ms of polling, an event loop sleeps through them */
	ck_assert_int_le(after.ru_nvcsw - before.ru_nvcsw, 3);
}
END_TEST

/* A coroutine of the polling world: asks again and again whether its time has come. */
static int polling_wait(struct generator *self, void *arg)
{
	int *ticks = arg, rc = 0;
	while (rc == 0 && *ticks < 3)
		rc = generator_yield(self, 0, NULL);
	return rc != 0 ? rc : generator_return(self, 9);
}

static int s4_body(void *arg)
{
	struct generator *polling;
	int ticks = 0;
	intptr_t result = 0;
	(void)arg;
	struct async_task *ticker = async_spawn(count_milliseconds, &ticks);
	must(generator_create(&polling, polling_wait, &ticks) == 0);
	must(async_await_generator(generator_as_coroutine(polling), &result) == 0 &&
		result == 9); /* starves nobody: it has ended */
	generator_free(polling);
	async_task_cancel(ticker);
	async_task_join(ticker);
	return 0;
}

START_TEST(s4_a_polling_coroutine_wrapped_for_the_loop_works_and_starves_nobody)
{
	in_loop(s4_body, NULL);
}
END_TEST

static int sender(void *arg)
{
	happened(&events, "send");
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

START_TEST(x1_a_value_passes_a_channel_and_select_takes_the_ready_one)
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

START_TEST(x2_a_value_set_by_a_thread_is_awaited_by_a_thread_and_by_a_coroutine)
{
	in_loop(x2_body, NULL);
}
END_TEST
Suite *suite(void)
{
	Suite *suite = suite_create("models/async/lectures_worlds");
	TCase *tests = tcase_create("lectures_worlds");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, s1_a_scheduler_alternates_two_tasks_and_ends_by_itself);
	tcase_add_test(tests, s2_a_polling_scheduler_overlaps_fetches_and_burns_the_cpu_meanwhile);
	tcase_add_test(tests, s4_a_polling_coroutine_wrapped_for_the_loop_works_and_starves_nobody);
	tcase_add_test(tests, x1_a_value_passes_a_channel_and_select_takes_the_ready_one);
	tcase_add_test(tests, x2_a_value_set_by_a_thread_is_awaited_by_a_thread_and_by_a_coroutine);
	suite_add_tcase(suite, tests);
	return suite;
}
