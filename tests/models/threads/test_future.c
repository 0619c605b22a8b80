/*
 * Futures of threads, set by hand. The tests x2_ are the lecture notes' promise and future, task
 * and mutex of C++, with the outcomes given there.
 */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "models/async/async.h"
#include "models/model.h"
#include "models/threads/threads.h"
#include "tests/suite.h"

enum { SHORT_NS = 2000000, ROUNDS = 300, SETTERS = 3, ADDERS = 4, ADDITIONS = 1000 };

static struct thread_future future;
static int calls[3], call_count, called_with;

static void remember(int error, void *value, void *arg)
{
	calls[call_count++] = *(int *)arg;
	called_with = error != 0 ? error : *(int *)value;
}

static void *square_of_four(void *arg)
{
	static int square;
	int number = *(int *)arg;

	usleep(1000);
	square = number * number;
	thread_future_set(&future, &square);
	return NULL;
}

START_TEST(x2_a_value_set_by_one_pthread_is_awaited_by_another)
{
	pthread_t thread;
	int four = 4;
	void *value;

	thread_future_make(&future);
	ck_assert_int_eq(pthread_create(&thread, NULL, square_of_four, &four), 0);
	ck_assert_int_eq(thread_future_result(&future, &value, SYNC_FOREVER), 0);
	ck_assert_int_eq(*(int *)value, 16);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

static void ring(int error, void *value, void *arg)
{
	uint64_t one = 1;

	(void)error;
	(void)value;
	ck_assert_int_eq(write(*(int *)arg, &one, sizeof(one)), sizeof(one));
}

/* Waits on its loop's own terms: for a descriptor that the callback makes readable. */
static int await_future(void *arg)
{
	struct thread_callback callback;
	uint64_t count;
	void *value;
	int bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	thread_future_on_done(&future, &callback, ring, &bell);
	ssize_t got = async_read(bell, &count, sizeof(count));
	int rc = got == (ssize_t)sizeof(count) ? thread_future_result(&future, &value, SYNC_TRY)
					       : -EIO;
	while (rc == -ETIMEDOUT) /* the callback comes just before the result is open to all */
		rc = thread_future_result(&future, &value, SYNC_FOREVER);
	async_close(bell);
	close(bell);
	*(int *)arg = rc == 0 ? *(int *)value : rc;
	return rc;
}

START_TEST(x2_a_value_set_by_a_pthread_is_awaited_by_a_coroutine)
{
	struct crew crew = {0};
	pthread_t thread;
	int four = 4, got = 0;

	thread_future_make(&future);
	int rc = crew_open(&crew, model_find("async"), 1);
	if (rc == 0)
		rc = crew_spawn(&crew, await_future, &got);
	ck_assert_int_eq(pthread_create(&thread, NULL, square_of_four, &four), 0);
	ck_assert_int_eq(crew_join(&crew, rc), 0);
	ck_assert_int_eq(got, 16);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

static int forty_two(void *arg, void **value)
{
	static int answer = 42;
	(void)arg;
	*value = &answer;
	return 0;
}

START_TEST(x2_a_task_that_computes_42_gives_it_to_who_asks_for_the_result)
{
	struct thread_pool *pool;
	void *value;

	ck_assert_int_eq(
		thread_pool_open(&pool, &(struct thread_pool_options){.workers_min = 1}), 0);
	ck_assert_int_eq(thread_pool_submit(pool, &future, forty_two, NULL, SYNC_FOREVER), 0);
	ck_assert_int_eq(thread_future_result(&future, &value, SYNC_FOREVER), 0);
	ck_assert_int_eq(*(int *)value, 42);
	thread_pool_close(pool);
}
END_TEST

static struct thread_lock mutex;
static int sum; /* plain memory: the mutex protects it */

static void *add_under_mutex(void *arg)
{
	(void)arg;
	for (int i = 0; i < ADDITIONS; i++) {
		if (thread_lock_acquire(&mutex, SYNC_FOREVER) != 0)
			break;
		sum++;
		thread_lock_release(&mutex);
	}
	return NULL;
}

START_TEST(x2_no_addition_under_a_mutex_is_lost)
{
	pthread_t threads[ADDERS];

	thread_lock_make(&mutex, SPIN_DEFAULT_NS);
	for (int i = 0; i < ADDERS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, add_under_mutex, NULL), 0);
	for (int i = 0; i < ADDERS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_int_eq(sum, ADDERS * ADDITIONS);
}
END_TEST

START_TEST(asking_too_early_times_out_and_setting_twice_is_refused)
{
	int value = 1;
	void *got;

	thread_future_make(&future);
	ck_assert(!thread_future_done(&future));
	ck_assert_int_eq(thread_future_result(&future, &got, SYNC_TRY), -ETIMEDOUT);
	ck_assert_int_eq(thread_future_result(&future, &got, SHORT_NS), -ETIMEDOUT);
	ck_assert_int_eq(thread_future_set(&future, &value), 0);
	ck_assert(thread_future_done(&future));
	ck_assert_int_eq(thread_future_set(&future, NULL), -EALREADY);
	ck_assert_int_eq(thread_future_fail(&future, -EIO), -EALREADY);
	ck_assert_int_eq(thread_future_result(&future, &got, SYNC_TRY), 0);
	ck_assert_ptr_eq(got, &value);
}
END_TEST

START_TEST(an_error_reaches_the_waiter)
{
	thread_future_make(&future);
	ck_assert_int_eq(thread_future_fail(&future, -EIO), 0);
	ck_assert_int_eq(thread_future_result(&future, NULL, SYNC_FOREVER), -EIO);
}
END_TEST

START_TEST(only_what_has_not_been_started_can_be_cancelled)
{
	thread_future_make(&future);
	ck_assert_int_eq(thread_future_cancel(&future), 0);
	ck_assert(!thread_future_start(&future));
	ck_assert_int_eq(thread_future_result(&future, NULL, SYNC_FOREVER), -ECANCELED);
	ck_assert_int_eq(thread_future_cancel(&future), -EALREADY);
	thread_future_make(&future);
	ck_assert(thread_future_start(&future));
	ck_assert(!thread_future_start(&future));
	ck_assert_int_eq(thread_future_cancel(&future), -EBUSY);
	ck_assert_int_eq(thread_future_set(&future, NULL), 0);
	ck_assert_int_eq(thread_future_cancel(&future), -EALREADY);
}
END_TEST

START_TEST(callbacks_are_called_in_order_and_late_ones_at_once)
{
	struct thread_callback callbacks[3];
	int numbers[3] = {0, 1, 2}, value = 5;

	thread_future_make(&future);
	thread_future_on_done(&future, &callbacks[0], remember, &numbers[0]);
	thread_future_on_done(&future, &callbacks[1], remember, &numbers[1]);
	ck_assert_int_eq(call_count, 0);
	ck_assert_int_eq(thread_future_set(&future, &value), 0);
	ck_assert_int_eq(call_count, 2);
	thread_future_on_done(&future, &callbacks[2], remember, &numbers[2]);
	ck_assert_int_eq(call_count, 3);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(calls[i], i);
	ck_assert_int_eq(called_with, 5);
}
END_TEST

START_TEST(a_callback_is_told_of_a_cancellation)
{
	struct thread_callback callback;
	int number = 0;

	thread_future_make(&future);
	thread_future_on_done(&future, &callback, remember, &number);
	ck_assert_int_eq(thread_future_cancel(&future), 0);
	ck_assert_int_eq(called_with, -ECANCELED);
}
END_TEST

static struct thread_future round_futures[ROUNDS];
static _Atomic int won, called;

static void count_call(int error, void *value, void *arg)
{
	(void)error;
	(void)value;
	(void)arg;
	atomic_fetch_add(&called, 1);
}

static void *race(void *arg)
{
	static struct thread_callback callbacks[SETTERS][ROUNDS];
	long setter = (long)(intptr_t)arg;

	for (int i = 0; i < ROUNDS; i++) {
		thread_future_on_done(&round_futures[i], &callbacks[setter][i], count_call, NULL);
		int rc = setter == 0 ? thread_future_cancel(&round_futures[i])
				     : thread_future_set(&round_futures[i], arg);
		if (rc == 0)
			atomic_fetch_add(&won, 1);
		if (thread_future_result(&round_futures[i], NULL, SYNC_FOREVER) == -ETIMEDOUT)
			return arg;
	}
	return NULL;
}

START_TEST(of_several_who_set_it_one_wins_and_every_callback_is_called_once)
{
	pthread_t threads[SETTERS];

	for (int i = 0; i < ROUNDS; i++)
		thread_future_make(&round_futures[i]);
	for (int i = 0; i < SETTERS; i++)
		pthread_create(&threads[i], NULL, race, (void *)(intptr_t)i);
	for (int i = 0; i < SETTERS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(atomic_load(&won), ROUNDS);
	ck_assert_int_eq(atomic_load(&called), ROUNDS * SETTERS);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("future");
	TCase *tc = tcase_create("threads");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, x2_a_value_set_by_one_pthread_is_awaited_by_another);
	tcase_add_test(tc, x2_a_value_set_by_a_pthread_is_awaited_by_a_coroutine);
	tcase_add_test(tc, x2_a_task_that_computes_42_gives_it_to_who_asks_for_the_result);
	tcase_add_test(tc, x2_no_addition_under_a_mutex_is_lost);
	tcase_add_test(tc, asking_too_early_times_out_and_setting_twice_is_refused);
	tcase_add_test(tc, an_error_reaches_the_waiter);
	tcase_add_test(tc, only_what_has_not_been_started_can_be_cancelled);
	tcase_add_test(tc, callbacks_are_called_in_order_and_late_ones_at_once);
	tcase_add_test(tc, a_callback_is_told_of_a_cancellation);
	tcase_add_test(tc, of_several_who_set_it_one_wins_and_every_callback_is_called_once);
	suite_add_tcase(s, tc);
	return s;
}
