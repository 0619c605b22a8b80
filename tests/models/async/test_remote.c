/*
 * Futures set by other threads, and several loops at once.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "models/async/remote.h"
#include "tests/models/async/in_loop.h"

static void *set_seven(void *arg)
{
	async_remote_set(arg, 7);
	return NULL;
}

struct ending {
	struct async_remote remote;
	pthread_t setter;
	int set_by_hand;
};

static int ends_with_the_value(void *arg)
{
	struct ending *ending = arg;

	must(async_remote_init(&ending->remote) == 0);
	must(pthread_create(&ending->setter, NULL, set_seven, &ending->remote) == 0);
	must(async_await(&ending->remote.future) == 7);
	return 0;
}

START_TEST(a_loop_that_a_value_from_a_thread_ends_is_closed_after_the_thread_has_left_it)
{
	struct async_options epoll = {0}, uring = {.poller = ASYNC_URING};
	struct ending ending;

	for (int i = 0; i < 200; i++) { /* sanitizers see it when the setter comes too late */
		int rc = async_run_with(ends_with_the_value, &ending, i % 2 ? &epoll : &uring);
		if (i % 2 == 0 && (rc == -ENOSYS || rc == -EPERM))
			continue;
		ck_assert_int_eq(rc, 0);
		ck_assert_int_eq(pthread_join(ending.setter, NULL), 0);
	}
}
END_TEST

static int outside(void)
{
	struct async_remote remote;

	return async_remote_init(&remote);
}

START_TEST(a_remote_future_needs_a_loop)
{
	ck_assert_int_eq(outside(), -EPERM);
}
END_TEST

static int cancelled_before_set(void *arg)
{
	struct async_remote remote;

	(void)arg;
	must(async_remote_init(&remote) == 0);
	must(async_wait_for(&remote.future, MS) == -ETIMEDOUT);
	must(async_remote_set(&remote, 7) == 0); /* nobody waits any more: it is not lost on us */
	must(async_remote_set(&remote, 8) == -EALREADY);
	must(async_remote_wait(&remote) == 7);
	must(async_sleep(MS) == 0); /* the loop has seen it */
	return 0;
}

START_TEST(a_value_for_a_cancelled_remote_future_harms_nobody)
{
	in_both_loops(cancelled_before_set, NULL);
}
END_TEST

static _Atomic int sum_of_numbers, first_tasks;

static int add_number(void *arg)
{
	(void)arg;
	atomic_fetch_add(&first_tasks, 1);
	atomic_fetch_add(&sum_of_numbers, async_loop_number());
	return async_loop_number() == 2 ? -EPROTO : async_sleep(MS);
}

START_TEST(loops_on_many_threads_have_numbers_and_the_first_error_is_the_result)
{
	ck_assert_int_eq(async_run_on_many(3, add_number, NULL), -EPROTO);
	ck_assert_int_eq(atomic_load(&first_tasks), 3);
	ck_assert_int_eq(atomic_load(&sum_of_numbers), 0 + 1 + 2);
	ck_assert_int_eq(async_loop_number(), 0);
}
END_TEST

START_TEST(two_loops_may_listen_on_one_port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int first = async_listen_shared(&address, length, 8);

	ck_assert_int_ge(first, 0);
	ck_assert_int_eq(getsockname(first, (struct sockaddr *)&address, &length), 0);
	int second = async_listen_shared(&address, length, 8);
	ck_assert_int_ge(second, 0);
	address.sin_addr.s_addr = htonl(0xc6336401); /* 198.51.100.1: not ours */
	ck_assert_int_eq(async_listen_shared(&address, length, 8), -EADDRNOTAVAIL);
	close(first);
	close(second);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/remote");
	TCase *tests = tcase_create("remote");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests,
		a_loop_that_a_value_from_a_thread_ends_is_closed_after_the_thread_has_left_it);
	tcase_add_test(tests, a_remote_future_needs_a_loop);
	tcase_add_test(tests, a_value_for_a_cancelled_remote_future_harms_nobody);
	tcase_add_test(tests, loops_on_many_threads_have_numbers_and_the_first_error_is_the_result);
	tcase_add_test(tests, two_loops_may_listen_on_one_port);
	suite_add_tcase(suite, tests);
	return suite;
}
