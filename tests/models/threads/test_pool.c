/*
 * The pool of threads that computes futures.
 */
/* wrap: pthread_create mmap calloc */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/threads/threads.h"
#include "tests/faults.h"
#include "tests/leftovers.h"
#include "tests/suite.h"

enum { CALLS = 2000, SUBMITTERS = 3, WORKERS = 3 };

static struct thread_pool *pool;
static struct thread_future futures[SUBMITTERS][CALLS];
static struct thread_event gate;
static char log_text[64];

static void open_pool(struct thread_pool_options options)
{
	ck_assert_int_eq(thread_pool_open(&pool, &options), 0);
}

static int twice(void *arg, void **value)
{
	*value = (void *)((intptr_t)arg * 2);
	return (intptr_t)arg % 100 == 99 ? -EDOM : 0;
}

static int wait_at_gate(void *arg, void **value)
{
	(void)arg;
	(void)value;
	return thread_event_wait(&gate, SYNC_FOREVER);
}

static int five(void *arg, void **value)
{
	static int number = 5;

	thread_event_wait(arg, SYNC_FOREVER);
	*value = &number;
	return 0;
}

static void say_got(int error, void *value, void *arg)
{
	(void)error;
	strcat(log_text, *(int *)value == 5 ? "Got: 5 " : "? ");
	thread_event_set(arg);
}

START_TEST(t1_submit_then_result_gets_the_value_before_going_on)
{
	void *value;

	open_pool((struct thread_pool_options){.workers_min = 1});
	thread_event_make(&gate, SPIN_DEFAULT_NS);
	ck_assert_int_eq(thread_pool_submit(pool, &futures[0][0], five, &gate, SYNC_FOREVER), 0);
	thread_event_set(&gate);
	ck_assert_int_eq(thread_future_result(&futures[0][0], &value, SYNC_FOREVER), 0);
	strcat(log_text, *(int *)value == 5 ? "Got: 5 " : "? ");
	strcat(log_text, "DONE");
	ck_assert_str_eq(log_text, "Got: 5 DONE");
	thread_pool_close(pool);
}
END_TEST

START_TEST(t1_with_a_done_callback_the_caller_goes_on_and_is_told_later)
{
	struct thread_callback callback;
	struct thread_event told;

	open_pool((struct thread_pool_options){.workers_min = 1});
	thread_event_make(&gate, SPIN_DEFAULT_NS);
	thread_event_make(&told, SPIN_DEFAULT_NS);
	ck_assert_int_eq(thread_pool_submit(pool, &futures[0][0], five, &gate, SYNC_FOREVER), 0);
	thread_future_on_done(&futures[0][0], &callback, say_got, &told);
	strcat(log_text, "DONE ");
	thread_event_set(&gate);
	ck_assert_int_eq(thread_event_wait(&told, SYNC_FOREVER), 0);
	ck_assert_str_eq(log_text, "DONE Got: 5 ");
	thread_pool_close(pool);
}
END_TEST

static void *submit_all(void *arg)
{
	struct thread_future *mine = futures[(intptr_t)arg];

	for (intptr_t i = 0; i < CALLS; i++)
		if (thread_pool_submit(pool, &mine[i], twice, (void *)i, SYNC_FOREVER) != 0)
			return arg;
	for (intptr_t i = 0; i < CALLS; i++) {
		void *value = NULL;
		int rc = thread_future_result(&mine[i], &value, SYNC_FOREVER);
		if (rc != (i % 100 == 99 ? -EDOM : 0) || (rc == 0 && value != (void *)(i * 2)))
			return (void *)-1;
	}
	return NULL;
}

/* _i: as it comes; without spinning and with room for few; growing */
START_TEST(many_submitters_each_get_their_own_results)
{
	static const struct thread_pool_options options[] = {{.workers_min = WORKERS},
		{.workers_min = WORKERS, .waiting_max = 2, .spin_ns = -1},
		{.workers_min = 1, .workers_max = WORKERS, .waiting_max = 16}};
	pthread_t threads[SUBMITTERS];
	void *result;

	open_pool(options[_i]);
	for (intptr_t i = 0; i < SUBMITTERS; i++)
		pthread_create(&threads[i], NULL, submit_all, (void *)i);
	for (int i = 0; i < SUBMITTERS; i++) {
		pthread_join(threads[i], &result);
		ck_assert_ptr_null(result);
	}
	ck_assert_int_le(thread_pool_workers(pool), WORKERS);
	thread_pool_close(pool);
}
END_TEST

START_TEST(a_waiting_call_can_be_cancelled_and_a_running_one_not)
{
	open_pool((struct thread_pool_options){.workers_min = 1});
	thread_event_make(&gate, SPIN_DEFAULT_NS);
	ck_assert_int_eq(
		thread_pool_submit(pool, &futures[0][0], wait_at_gate, NULL, SYNC_FOREVER), 0);
	ck_assert_int_eq(thread_pool_submit(pool, &futures[0][1], twice, NULL, SYNC_FOREVER), 0);
	while (atomic_load(&futures[0][0].state) == THREAD_FUTURE_PENDING)
		usleep(100);
	ck_assert_int_eq(thread_future_cancel(&futures[0][0]), -EBUSY);
	ck_assert_int_eq(thread_future_cancel(&futures[0][1]), 0);
	ck_assert_int_eq(thread_future_result(&futures[0][1], NULL, SYNC_TRY), -ECANCELED);
	thread_event_set(&gate);
	ck_assert_int_eq(thread_future_result(&futures[0][0], NULL, SYNC_FOREVER), 0);
	thread_pool_close(pool);
}
END_TEST

START_TEST(it_grows_while_all_are_busy_up_to_its_bound)
{
	open_pool((struct thread_pool_options){.workers_min = 1, .workers_max = WORKERS});
	ck_assert_int_eq(thread_pool_workers(pool), 1);
	thread_event_make(&gate, SPIN_DEFAULT_NS);
	for (int i = 0; i < 20 * WORKERS; i++) {
		ck_assert_int_eq(
			thread_pool_submit(pool, &futures[0][i], wait_at_gate, NULL, SYNC_FOREVER),
			0);
		usleep(200);
	}
	ck_assert_int_eq(thread_pool_workers(pool), WORKERS);
	thread_event_set(&gate);
	thread_pool_close(pool);
	for (int i = 0; i < 20 * WORKERS; i++)
		ck_assert(thread_future_done(&futures[0][i]));
}
END_TEST

START_TEST(a_full_pool_says_so_in_time)
{
	open_pool((struct thread_pool_options){.workers_min = 1, .waiting_max = 2});
	thread_event_make(&gate, SPIN_DEFAULT_NS);
	ck_assert_int_eq(
		thread_pool_submit(pool, &futures[0][0], wait_at_gate, NULL, SYNC_FOREVER), 0);
	while (atomic_load(&futures[0][0].state) == THREAD_FUTURE_PENDING)
		usleep(100);
	int rc = 0, accepted = 1;
	while ((rc = thread_pool_submit(
			pool, &futures[0][accepted], wait_at_gate, NULL, 2000000)) == 0)
		accepted++;
	ck_assert_int_eq(rc, -EAGAIN);
	ck_assert_int_eq(accepted, 3); /* one runs, two wait */
	thread_event_set(&gate);
	thread_pool_close(pool);
	for (int i = 0; i < accepted; i++)
		ck_assert_int_eq(thread_future_result(&futures[0][i], NULL, SYNC_TRY), 0);
}
END_TEST

START_TEST(a_pool_that_cannot_be_opened_leaves_nothing)
{
	static const enum fault faults[] = {FAULT_PTHREAD_CREATE, FAULT_MMAP, FAULT_CALLOC};
	struct thread_pool_options options = {.workers_min = WORKERS};

	open_pool(options);
	thread_pool_close(pool);
	struct leftovers before = leftovers_now();
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		for (int k = 1;; k++) {
			fault_set(faults[i], k, EAGAIN);
			int rc = thread_pool_open(&pool, &options);
			int calls = fault_calls(faults[i]);
			fault_set(faults[i], 0, 0);
			if (rc == 0) {
				thread_pool_close(pool);
				ck_assert_int_lt(calls, k);
				break;
			}
			ck_assert_int_eq(rc, faults[i] == FAULT_CALLOC ? -ENOMEM : -EAGAIN);
			ck_assert_ptr_null(pool);
			ck_assert_ptr_null(leftovers_since(&before));
		}
	}
	thread_pool_close(NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("pool");
	TCase *tc = tcase_create("threads");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, t1_submit_then_result_gets_the_value_before_going_on);
	tcase_add_test(tc, t1_with_a_done_callback_the_caller_goes_on_and_is_told_later);
	tcase_add_loop_test(tc, many_submitters_each_get_their_own_results, 0, 3);
	tcase_add_test(tc, a_waiting_call_can_be_cancelled_and_a_running_one_not);
	tcase_add_test(tc, it_grows_while_all_are_busy_up_to_its_bound);
	tcase_add_test(tc, a_full_pool_says_so_in_time);
	tcase_add_test(tc, a_pool_that_cannot_be_opened_leaves_nothing);
	suite_add_tcase(s, tc);
	return s;
}
