/*
 * The bounded queue of threads.
 */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "models/threads/queue.h"
#include "tests/leftovers.h"
#include "tests/suite.h"

enum { PRODUCERS = 3, CONSUMERS = 2, ITEMS = 2000, ITEMS_SANITIZED = 1000, SHORT_NS = 2000000 };

static struct thread_queue queue;
static _Atomic int taken[PRODUCERS * ITEMS];
static _Atomic int disorder;
static int items;

static void *item(long number)
{
	return (void *)(intptr_t)number;
}

static void *produce(void *arg)
{
	long first = (long)(intptr_t)arg * items;

	for (long i = first; i < first + items; i++)
		if (thread_queue_put(&queue, item(i), SYNC_FOREVER) != 0)
			return item(1);
	return NULL;
}

/* Of one producer, each consumer sees ascending numbers. */
static void *consume(void *arg)
{
	long last[PRODUCERS] = {-1, -1, -1};
	void *got;
	int rc;

	(void)arg;
	while ((rc = thread_queue_get(&queue, &got, SYNC_FOREVER)) == 0) {
		long number = (long)(intptr_t)got;
		atomic_fetch_add(&taken[number], 1);
		if (number <= last[number / items])
			atomic_fetch_add(&disorder, 1);
		last[number / items] = number;
	}
	return rc == -EPIPE ? NULL : item(1);
}

static const size_t capacities[] = {1, 3, 64};

/* _i: capacity, without and with spinning */
START_TEST(everything_comes_through_once_and_in_order)
{
	pthread_t producers[PRODUCERS], consumers[CONSUMERS];
	void *result;

	items = leftovers_sanitized() ? ITEMS_SANITIZED : ITEMS;
	ck_assert_int_eq(
		thread_queue_open(&queue, capacities[_i / 2], _i % 2 ? SPIN_DEFAULT_NS : 0), 0);
	for (int i = 0; i < CONSUMERS; i++)
		pthread_create(&consumers[i], NULL, consume, NULL);
	for (int i = 0; i < PRODUCERS; i++)
		pthread_create(&producers[i], NULL, produce, item(i));
	for (int i = 0; i < PRODUCERS; i++) {
		pthread_join(producers[i], &result);
		ck_assert_ptr_null(result);
	}
	thread_queue_shutdown(&queue);
	for (int i = 0; i < CONSUMERS; i++) {
		pthread_join(consumers[i], &result);
		ck_assert_ptr_null(result);
	}
	ck_assert_int_eq(atomic_load(&disorder), 0);
	for (int i = 0; i < PRODUCERS * items; i++)
		ck_assert_int_eq(atomic_load(&taken[i]), 1);
	thread_queue_close(&queue);
}
END_TEST

START_TEST(it_holds_exactly_its_capacity)
{
	void *got;

	ck_assert_int_eq(thread_queue_open(&queue, 3, 0), 0);
	for (long lap = 0; lap < 3; lap++) {
		for (long i = 0; i < 3; i++)
			ck_assert_int_eq(thread_queue_put(&queue, item(lap * 3 + i), SYNC_TRY), 0);
		ck_assert_uint_eq(thread_queue_size(&queue), 3);
		ck_assert_int_eq(thread_queue_put(&queue, item(99), SYNC_TRY), -ETIMEDOUT);
		ck_assert_int_eq(thread_queue_put(&queue, item(99), SHORT_NS), -ETIMEDOUT);
		for (long i = 0; i < 3; i++) {
			ck_assert_int_eq(thread_queue_get(&queue, &got, SYNC_TRY), 0);
			ck_assert_int_eq((long)(intptr_t)got, lap * 3 + i);
		}
		ck_assert_int_eq(thread_queue_get(&queue, &got, SYNC_TRY), -ETIMEDOUT);
		ck_assert_int_eq(thread_queue_get(&queue, &got, SHORT_NS), -ETIMEDOUT);
	}
	thread_queue_close(&queue);
}
END_TEST

START_TEST(a_closed_queue_takes_nothing_and_gives_what_is_left)
{
	void *got;

	ck_assert_int_eq(thread_queue_open(&queue, 3, 0), 0);
	ck_assert_int_eq(thread_queue_put(&queue, item(5), SYNC_TRY), 0);
	thread_queue_shutdown(&queue);
	ck_assert_int_eq(thread_queue_put(&queue, item(6), SYNC_FOREVER), -EPIPE);
	ck_assert_int_eq(thread_queue_get(&queue, &got, SYNC_FOREVER), 0);
	ck_assert_int_eq((long)(intptr_t)got, 5);
	ck_assert_int_eq(thread_queue_get(&queue, &got, SYNC_FOREVER), -EPIPE);
	thread_queue_close(&queue);
}
END_TEST

static void *get_one(void *arg)
{
	void *got = NULL;

	(void)arg;
	return thread_queue_get(&queue, &got, SYNC_FOREVER) == 0 ? got : NULL;
}

/* Both have tried in vain and are asleep, or nearly. */
static void two_get(pthread_t *getters)
{
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&getters[i], NULL, get_one, NULL), 0);
	while (atomic_load(&queue.not_empty.waiters) < 2)
		usleep(1000);
	usleep(20000);
}

/* What a put does that was preempted in the middle: the first half was to move the tail. */
static void fill_first_cell(void)
{
	queue.cells[0].item = item(1);
	atomic_store(&queue.cells[0].position, 1);
	sync_line_wake(&queue.not_empty, 1);
}

/* Else it would never end. */
START_TEST(who_was_woken_for_an_item_behind_an_unfinished_one_gets_it_afterwards)
{
	pthread_t getters[2];
	void *result;
	long sum = 0;

	ck_assert_int_eq(thread_queue_open(&queue, 4, 0), 0);
	two_get(getters);
	atomic_store(&queue.tail, 1);
	ck_assert_int_eq(thread_queue_put(&queue, item(2), SYNC_FOREVER), 0);
	usleep(20000);
	fill_first_cell();
	for (int i = 0; i < 2; i++) {
		pthread_join(getters[i], &result);
		sum += (long)(intptr_t)result;
	}
	ck_assert_int_eq(sum, 3);
	thread_queue_close(&queue);
}
END_TEST

START_TEST(a_closing_beside_an_unfinished_item_ends_all_who_wait)
{
	pthread_t getters[2];
	void *result;
	long sum = 0;

	ck_assert_int_eq(thread_queue_open(&queue, 4, 0), 0);
	two_get(getters);
	atomic_store(&queue.tail, 1);
	thread_queue_shutdown(&queue);
	usleep(20000);
	fill_first_cell();
	for (int i = 0; i < 2; i++) {
		pthread_join(getters[i], &result);
		sum += (long)(intptr_t)result;
	}
	ck_assert_int_eq(sum, 1);
	thread_queue_close(&queue);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("queue");
	TCase *tc = tcase_create("threads");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, everything_comes_through_once_and_in_order, 0,
		2 * (int)(sizeof(capacities) / sizeof(capacities[0])));
	tcase_add_test(tc, it_holds_exactly_its_capacity);
	tcase_add_test(tc, a_closed_queue_takes_nothing_and_gives_what_is_left);
	tcase_add_test(tc, who_was_woken_for_an_item_behind_an_unfinished_one_gets_it_afterwards);
	tcase_add_test(tc, a_closing_beside_an_unfinished_item_ends_all_who_wait);
	suite_add_tcase(s, tc);
	return s;
}
