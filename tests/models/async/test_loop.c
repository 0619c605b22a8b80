/*
 * The loop: fairness, threads, closing, what runs where.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/models/async/in_loop.h"

static int always_ready(void *arg)
{
	int *stop = arg;
	while (!*stop)
		async_yield();
	return 0;
}

static int fairness(void *arg)
{
	int stop = 0, ends[2];
	char byte;
	(void)arg;
	must(pipe(ends) == 0);
	struct async_task *busy = async_spawn(always_ready, &stop),
			  *too = async_spawn(always_ready, &stop);
	must(async_sleep(MS) == 0); /* timers come */
	must(write(ends[1], "x", 1) == 1);
	must(async_read(ends[0], &byte, 1) == 1);
	struct async_timeout limit;
	must(async_timeout_begin(&limit, MS) == 0);
	must(async_read(ends[0], &byte, 1) == -ETIMEDOUT); /* and so do descriptors' waits */
	async_timeout_end(&limit);
	stop = 1;
	must(async_task_join(busy) == 0 && async_task_join(too) == 0);
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return 0;
}

START_TEST(tasks_that_are_always_ready_starve_neither_timers_nor_descriptors)
{
	in_both_loops(fairness, NULL);
}
END_TEST

struct waker {
	struct async_remote remote;
	pthread_t thread;
};

static void *set_soon(void *arg)
{
	usleep(2000);
	async_remote_set(arg, 5);
	return NULL;
}

static int woken_from_thread(void *arg)
{
	(void)arg;
	for (int i = 0; i < 10; i++) {
		struct waker waker;
		must(async_remote_init(&waker.remote) == 0);
		must(pthread_create(&waker.thread, NULL, set_soon, &waker.remote) == 0);
		must(async_await(&waker.remote.future) == 5); /* the loop sleeps meanwhile */
		must(pthread_join(waker.thread, NULL) == 0);
	}
	return 0;
}

START_TEST(another_thread_wakes_a_sleeping_loop)
{
	in_both_loops(woken_from_thread, NULL);
}
END_TEST

static int refuses_once(void *arg)
{
	int *ended = arg;
	async_sleep(10000000000u);
	int rc = async_sleep(MS); /* a clean-up that awaits: still allowed */
	*ended = rc == 0;
	return rc;
}

static int leaves_refuser(void *arg)
{
	async_task_detach(async_spawn(refuses_once, arg));
	async_yield();
	return 0;
}

START_TEST(run_cancels_what_is_left_and_lets_it_clean_up)
{
	int ended = 0;

	in_loop(leaves_refuser, &ended);
	ck_assert_int_eq(ended, 1);
}
END_TEST

static int ends_on_cancel(void *arg)
{
	(void)arg;
	int rc;
	do
		rc = async_sleep(10000000000u);
	while (rc == 0);
	(void)async_sleep(10000000000u); /* a second wait after the cancel */
	return rc;
}

START_TEST(a_task_that_goes_on_waiting_after_its_cancel_is_told_for_good)
{
	struct async_loop *loop;

	ck_assert_int_eq(async_loop_open(&loop, NULL), 0);
	async_task_detach(async_spawn_with(ends_on_cancel, NULL,
		&(struct async_task_options){.loop = loop, .name = "stubborn"}));
	struct async_future soon = {0};
	ck_assert(async_future_set(&soon, 1) == 0);
	ck_assert_int_eq(async_run_until_complete(loop, &soon), 1);
	ck_assert_uint_eq(async_loop_close(loop), 1);
}
END_TEST

static _Atomic int on_loops;

static int count_loop(void *arg)
{
	(void)arg;
	atomic_fetch_add(&on_loops, 1 << (8 * async_loop_number()));
	return async_sleep(MS);
}

START_TEST(several_loops_run_at_once)
{
	ck_assert_int_eq(async_run_on_many(3, count_loop, NULL), 0);
	ck_assert_int_eq(on_loops, 0x010101);
}
END_TEST

static int called[3], calls;

static void call_order(void *arg)
{
	called[calls++] = *(int *)arg;
}

static int callbacks(void *arg)
{
	struct async_future future = {0};
	struct async_callback first, second, third;
	int one = 1, two = 2, three = 3;
	(void)arg;
	async_future_on_done(&future, &first, call_order, &one);
	async_future_on_done(&future, &second, call_order, &two);
	async_future_on_done(&future, &third, call_order, &three);
	must(async_future_forget(&second));
	must(async_future_set(&future, 0) == 0);
	must(calls == 0); /* soon, not now */
	must(async_sleep(MS) == 0);
	must(calls == 2 && called[0] == 1 && called[1] == 3);
	return 0;
}

START_TEST(callbacks_of_a_future_are_called_soon_and_in_order)
{
	in_loop(callbacks, NULL);
}
END_TEST

static int open_files(void)
{
	int n = 0;
	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static int uses_much(void *arg)
{
	char byte;
	int ends[2];
	(void)arg;
	must(pipe(ends) == 0);
	must(async_write(ends[1], "x", 1) == 1 && async_read(ends[0], &byte, 1) == 1);
	must(async_close(ends[0]) == 0 && async_close(ends[1]) == 0);
	return async_sleep(MS);
}

START_TEST(a_closed_loop_leaves_no_descriptor)
{
	int before = open_files();

	in_both_loops(uses_much, NULL);
	ck_assert_int_eq(open_files(), before);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/loop");
	TCase *tests = tcase_create("loop");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, tasks_that_are_always_ready_starve_neither_timers_nor_descriptors);
	tcase_add_test(tests, another_thread_wakes_a_sleeping_loop);
	tcase_add_test(tests, run_cancels_what_is_left_and_lets_it_clean_up);
	tcase_add_test(tests, a_task_that_goes_on_waiting_after_its_cancel_is_told_for_good);
	tcase_add_test(tests, several_loops_run_at_once);
	tcase_add_test(tests, callbacks_of_a_future_are_called_soon_and_in_order);
	tcase_add_test(tests, a_closed_loop_leaves_no_descriptor);
	suite_add_tcase(suite, tests);
	return suite;
}
