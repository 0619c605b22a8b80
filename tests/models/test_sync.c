/*
 * The line on which threads and processes wait.
 */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "models/sync.h"
#include "tests/suite.h"

enum { SHORT_NS = 2000000 };

static struct sync_line line;
static _Atomic int ready;

static bool is_ready(void *arg)
{
	(void)arg;
	return atomic_load(&ready) != 0;
}

static void *wait_in_line(void *arg)
{
	return sync_line_until(&line, is_ready, NULL, SYNC_FOREVER) == 0 ? NULL : arg;
}

static void start_waiter(pthread_t *thread, enum park_scope scope)
{
	sync_line_make(&line, scope, 0);
	ck_assert_int_eq(pthread_create(thread, NULL, wait_in_line, &line), 0);
	while (atomic_load(&line.waiters) == 0)
		usleep(100);
}

START_TEST(nobody_is_woken_where_nobody_waits)
{
	sync_line_make(&line, PARK_PROCESS, 0);
	sync_line_wake(&line, 1);
	ck_assert_uint_eq(atomic_load(&line.sequence), 0);
}
END_TEST

START_TEST(what_is_so_already_needs_no_waiting_and_what_is_not_times_out)
{
	sync_line_make(&line, PARK_PROCESS, 0);
	ck_assert_int_eq(sync_line_until(&line, is_ready, NULL, SYNC_TRY), -ETIMEDOUT);
	ck_assert_int_eq(sync_line_until(&line, is_ready, NULL, SHORT_NS), -ETIMEDOUT);
	atomic_store(&ready, 1);
	ck_assert_int_eq(sync_line_until(&line, is_ready, NULL, SYNC_TRY), 0);
	ck_assert_uint_eq(atomic_load(&line.waiters), 0);
}
END_TEST

START_TEST(a_waiter_is_woken_once_it_is_so)
{
	pthread_t thread;
	void *result;

	start_waiter(&thread, PARK_PROCESS);
	atomic_store(&ready, 1);
	sync_line_wake(&line, 1);
	ck_assert_int_eq(pthread_join(thread, &result), 0);
	ck_assert_ptr_null(result);
	ck_assert_uint_eq(atomic_load(&line.waiters), 0);
}
END_TEST

START_TEST(in_shared_memory_a_waiter_looks_again_although_nobody_wakes_it)
{
	pthread_t thread;
	void *result;

	start_waiter(&thread, PARK_SHARED);
	atomic_store(&ready, 1);
	ck_assert_int_eq(pthread_join(thread, &result), 0);
	ck_assert_ptr_null(result);
}
END_TEST

START_TEST(who_joined_before_the_wake_does_not_sleep_through_it)
{
	sync_line_make(&line, PARK_PROCESS, 0);
	uint32_t ticket = sync_line_join(&line);
	sync_line_wake(&line, 1);
	ck_assert_int_eq(sync_line_wait(&line, ticket, SYNC_FOREVER), 0);
	ticket = sync_line_join(&line);
	ck_assert_int_eq(sync_line_wait(&line, ticket, SHORT_NS), -ETIMEDOUT);
	ck_assert_uint_eq(atomic_load(&line.waiters), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sync");
	TCase *tc = tcase_create("line");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, nobody_is_woken_where_nobody_waits);
	tcase_add_test(tc, what_is_so_already_needs_no_waiting_and_what_is_not_times_out);
	tcase_add_test(tc, a_waiter_is_woken_once_it_is_so);
	tcase_add_test(tc, in_shared_memory_a_waiter_looks_again_although_nobody_wakes_it);
	tcase_add_test(tc, who_joined_before_the_wake_does_not_sleep_through_it);
	suite_add_tcase(s, tc);
	return s;
}
