/*
 * Lock, condition, semaphore, event and barrier of threads, and their timeouts.
 */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "models/threads/threads.h"
#include "tests/leftovers.h"
#include "tests/suite.h"

enum { THREADS = 4, TURNS = 20000, TURNS_SANITIZED = 3000, SHORT_NS = 2000000 };

static pthread_t threads[THREADS];
static struct thread_lock lock;
static struct thread_condition condition;
static struct thread_semaphore semaphore;
static struct thread_event event;
static struct thread_barrier barrier;
static long counter; /* under lock */
static _Atomic int inside, most, done;

static void start(void *(*fn)(void *))
{
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, fn, (void *)(intptr_t)i), 0);
}

static void *join(void)
{
	void *worst = NULL;

	for (int i = 0; i < THREADS; i++) {
		void *result;
		pthread_join(threads[i], &result);
		if (result != NULL)
			worst = result;
	}
	return worst;
}

static void *result_of(int rc)
{
	return (void *)(intptr_t)rc;
}

static int turns(void)
{
	return leftovers_sanitized() ? TURNS_SANITIZED : TURNS;
}

static void *count_under_lock(void *arg)
{
	(void)arg;
	for (int i = 0; i < turns(); i++) {
		int rc = thread_lock_acquire(&lock, i % 3 == 0 ? 1000000000u : SYNC_FOREVER);
		if (rc != 0)
			return result_of(rc);
		counter++;
		if (i % 1024 == 0)
			sched_yield(); /* others come to sleep */
		thread_lock_release(&lock);
	}
	return NULL;
}

/* _i: without and with spinning */
START_TEST(a_lock_lets_one_in_at_a_time)
{
	thread_lock_make(&lock, _i == 0 ? 0 : SPIN_DEFAULT_NS);
	start(count_under_lock);
	ck_assert_ptr_null(join());
	ck_assert_int_eq(counter, (long)THREADS * turns());
	ck_assert_uint_eq(atomic_load(&lock.state) % 2, 0);
}
END_TEST

START_TEST(waiting_for_a_held_lock_times_out_and_trying_does_not_wait)
{
	thread_lock_make(&lock, 0);
	ck_assert_int_eq(thread_lock_acquire(&lock, SYNC_TRY), 0);
	ck_assert_int_eq(thread_lock_acquire(&lock, SYNC_TRY), -ETIMEDOUT);
	uint64_t before_ns = park_now_ns();
	ck_assert_int_eq(thread_lock_acquire(&lock, SHORT_NS), -ETIMEDOUT);
	ck_assert_uint_ge(park_now_ns() - before_ns, SHORT_NS);
	thread_lock_release(&lock);
	ck_assert_int_eq(thread_lock_acquire(&lock, SHORT_NS), 0);
}
END_TEST

START_TEST(releasing_a_free_lock_aborts)
{
	thread_lock_make(&lock, 0);
	thread_lock_release(&lock);
}
END_TEST

static void *hold_semaphore(void *arg)
{
	(void)arg;
	for (int i = 0; i < 200; i++) {
		int rc = thread_semaphore_acquire(&semaphore, SYNC_FOREVER);
		if (rc != 0)
			return result_of(rc);
		int now = atomic_fetch_add(&inside, 1) + 1, seen = atomic_load(&most);
		while (now > seen && !atomic_compare_exchange_weak(&most, &seen, now))
			;
		sched_yield();
		atomic_fetch_sub(&inside, 1);
		thread_semaphore_release(&semaphore);
	}
	return NULL;
}

START_TEST(a_semaphore_of_two_lets_two_in)
{
	thread_semaphore_make(&semaphore, 2, SPIN_DEFAULT_NS);
	start(hold_semaphore);
	ck_assert_ptr_null(join());
	ck_assert_int_le(atomic_load(&most), 2);
	ck_assert_int_eq(thread_semaphore_acquire(&semaphore, SYNC_TRY), 0);
	ck_assert_int_eq(thread_semaphore_acquire(&semaphore, SHORT_NS), 0);
	ck_assert_int_eq(thread_semaphore_acquire(&semaphore, SYNC_TRY), -ETIMEDOUT);
	ck_assert_int_eq(thread_semaphore_acquire(&semaphore, SHORT_NS), -ETIMEDOUT);
}
END_TEST

static void *wait_for_event(void *arg)
{
	(void)arg;
	atomic_fetch_add(&inside, 1);
	int rc = thread_event_wait(&event, SYNC_FOREVER);
	atomic_fetch_add(&done, 1);
	return result_of(rc);
}

START_TEST(an_event_wakes_all_and_stays_set)
{
	thread_event_make(&event, SPIN_DEFAULT_NS);
	ck_assert_int_eq(thread_event_wait(&event, SYNC_TRY), -ETIMEDOUT);
	ck_assert_int_eq(thread_event_wait(&event, SHORT_NS), -ETIMEDOUT);
	start(wait_for_event);
	while (atomic_load(&inside) < THREADS)
		usleep(100);
	ck_assert_int_eq(atomic_load(&done), 0);
	thread_event_set(&event);
	ck_assert_ptr_null(join());
	ck_assert(thread_event_is_set(&event));
	ck_assert_int_eq(thread_event_wait(&event, SYNC_TRY), 0);
	thread_event_clear(&event);
	ck_assert_int_eq(thread_event_wait(&event, SYNC_TRY), -ETIMEDOUT);
}
END_TEST

static void *wait_for_turn(void *arg)
{
	long mine = (long)(intptr_t)arg;
	int rc = thread_lock_acquire(&lock, SYNC_FOREVER);

	while (rc == 0 && counter < 400) {
		if (counter % THREADS == mine) {
			counter++;
			thread_condition_notify_all(&condition);
		} else {
			rc = thread_condition_wait(&condition, &lock, SYNC_FOREVER);
		}
	}
	thread_lock_release(&lock);
	return result_of(rc);
}

START_TEST(a_condition_lets_threads_take_turns)
{
	thread_lock_make(&lock, 0);
	thread_condition_make(&condition);
	start(wait_for_turn);
	ck_assert_ptr_null(join());
	ck_assert_int_eq(counter, 400);
}
END_TEST

static void *wait_once(void *arg)
{
	(void)arg;
	int rc = thread_lock_acquire(&lock, SYNC_FOREVER);
	atomic_fetch_add(&inside, 1);
	while (rc == 0 && counter == 0)
		rc = thread_condition_wait(&condition, &lock, SYNC_FOREVER);
	counter--;
	atomic_fetch_add(&done, 1);
	thread_lock_release(&lock);
	return result_of(rc);
}

START_TEST(notify_wakes_one_each_time)
{
	thread_lock_make(&lock, 0);
	thread_condition_make(&condition);
	start(wait_once);
	while (atomic_load(&inside) < THREADS)
		usleep(100);
	for (int i = 1; i <= THREADS; i++) {
		ck_assert_int_eq(thread_lock_acquire(&lock, SYNC_FOREVER), 0);
		counter++;
		thread_condition_notify(&condition);
		thread_lock_release(&lock);
		while (atomic_load(&done) < i)
			usleep(100);
	}
	ck_assert_ptr_null(join());
}
END_TEST

START_TEST(a_condition_times_out_holding_the_lock)
{
	thread_lock_make(&lock, 0);
	thread_condition_make(&condition);
	ck_assert_int_eq(thread_lock_acquire(&lock, SYNC_TRY), 0);
	ck_assert_int_eq(thread_condition_wait(&condition, &lock, SHORT_NS), -ETIMEDOUT);
	ck_assert_int_eq(thread_lock_acquire(&lock, SYNC_TRY), -ETIMEDOUT);
	thread_lock_release(&lock);
}
END_TEST

static _Atomic int arrived[200];

static void *pass_barrier(void *arg)
{
	(void)arg;
	for (int i = 0; i < 200; i++) {
		atomic_fetch_add(&arrived[i], 1);
		int rc = thread_barrier_wait(&barrier, SYNC_FOREVER);
		if (rc != 0)
			return result_of(rc);
		if (atomic_load(&arrived[i]) != THREADS)
			return result_of(-EDOM);
	}
	return NULL;
}

START_TEST(nobody_passes_a_barrier_before_all_have_come)
{
	thread_barrier_make(&barrier, THREADS, SPIN_DEFAULT_NS);
	start(pass_barrier);
	ck_assert_ptr_null(join());
}
END_TEST

static void *wait_at_barrier(void *arg)
{
	(void)arg;
	return result_of(thread_barrier_wait(&barrier, SYNC_FOREVER));
}

START_TEST(a_party_that_times_out_breaks_the_barrier_for_all)
{
	thread_barrier_make(&barrier, THREADS + 2, SPIN_DEFAULT_NS);
	start(wait_at_barrier);
	ck_assert_int_eq(thread_barrier_wait(&barrier, SHORT_NS), -ETIMEDOUT);
	ck_assert_int_eq((int)(intptr_t)join(), -EPIPE);
	ck_assert_int_eq(thread_barrier_wait(&barrier, SYNC_FOREVER), -EPIPE);
}
END_TEST

static int wait_as_task(void *arg)
{
	(void)arg;
	return thread_event_wait(&event, SYNC_FOREVER);
}

static int set_as_task(void *arg)
{
	(void)arg;
	thread_event_set(&event);
	return 0;
}

START_TEST(a_task_under_the_global_lock_leaves_it_while_it_waits)
{
	struct crew crew = {0};

	thread_event_make(&event, SPIN_DEFAULT_NS);
	int rc = crew_open(&crew, model_find("threads-gil"), 3);
	for (int i = 0; i < 2 && rc == 0; i++)
		rc = crew_spawn(&crew, wait_as_task, NULL);
	if (rc == 0)
		rc = crew_spawn(&crew, set_as_task, NULL);
	ck_assert_int_eq(crew_join(&crew, rc), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sync");
	TCase *tc = tcase_create("threads");

	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, a_lock_lets_one_in_at_a_time, 0, 2);
	tcase_add_test(tc, waiting_for_a_held_lock_times_out_and_trying_does_not_wait);
	tcase_add_test_raise_signal(tc, releasing_a_free_lock_aborts, SIGABRT);
	tcase_add_test(tc, a_semaphore_of_two_lets_two_in);
	tcase_add_test(tc, an_event_wakes_all_and_stays_set);
	tcase_add_test(tc, a_condition_lets_threads_take_turns);
	tcase_add_test(tc, notify_wakes_one_each_time);
	tcase_add_test(tc, a_condition_times_out_holding_the_lock);
	tcase_add_test(tc, nobody_passes_a_barrier_before_all_have_come);
	tcase_add_test(tc, a_party_that_times_out_breaks_the_barrier_for_all);
	tcase_add_test(tc, a_task_under_the_global_lock_leaves_it_while_it_waits);
	suite_add_tcase(s, tc);
	return s;
}
