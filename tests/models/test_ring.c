/*
 * The ring between a pool's owner and its workers.
 */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "models/ring.h"
#include "tests/leftovers.h"
#include "tests/suite.h"

enum { CELLS = 8, PRODUCERS = 2, CONSUMERS = 3, EACH = 20000, EACH_SANITIZED = 4000 };

static struct ring *ring_of(uint64_t cells, uint32_t workers, uint32_t spin_ns)
{
	size_t bytes = (ring_bytes(cells, workers) + 4095) & ~(size_t)4095;
	void *memory = aligned_alloc(4096, bytes);

	ck_assert_ptr_nonnull(memory);
	memset(memory, 0, bytes);
	return ring_make(memory, cells, workers, spin_ns, PARK_PROCESS);
}

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

START_TEST(work_comes_out_in_the_order_it_went_in_and_a_full_ring_takes_none)
{
	struct ring *ring = ring_of(CELLS, 1, 0);

	for (int lap = 0; lap < 3; lap++) {
		for (int i = 0; i < CELLS; i++)
			ck_assert_uint_eq(
				ring_put(ring, nothing, NULL, i), (uint64_t)(lap * CELLS + i));
		ck_assert_uint_eq(ring_put(ring, nothing, NULL, 99), UINT64_MAX);
		for (int i = 0; i < CELLS; i++) {
			uint64_t position = (uint64_t)(lap * CELLS + i);
			struct ring_cell *cell = ring_try_take(ring, 0);
			ck_assert_int_eq(cell->task, i);
			ck_assert(!ring_finished(ring, position));
			ring_finish(ring, cell);
			ck_assert(ring_finished(ring, position));
		}
		ck_assert_ptr_null(ring_try_take(ring, 0));
	}
	free(ring);
}
END_TEST

START_TEST(a_cell_in_progress_is_not_filled_again)
{
	struct ring *ring = ring_of(2, 1, 0);

	ring_put(ring, nothing, NULL, 0);
	ring_put(ring, nothing, NULL, 1);
	struct ring_cell *first = ring_try_take(ring, 0);
	struct ring_cell *second = ring_try_take(ring, 0);
	ring_finish(ring, second);
	ck_assert_uint_eq(ring_put(ring, nothing, NULL, 2), UINT64_MAX);
	ck_assert_ptr_null(ring_try_take(ring, 0));
	ring_finish(ring, first);
	ck_assert_uint_eq(ring_put(ring, nothing, NULL, 2), 2);
	free(ring);
}
END_TEST

START_TEST(what_a_dead_worker_had_claimed_can_be_told)
{
	struct ring *ring = ring_of(CELLS, 4, 0);

	for (int i = 0; i < 4; i++)
		ring_put(ring, nothing, NULL, i);
	for (uint32_t worker = 0; worker < 3; worker++)
		ck_assert_ptr_nonnull(ring_try_take(ring, 2 - worker));
	ck_assert_int_eq(ring_claimed_by(ring, 2, 0, 4)->task, 0);
	ck_assert_int_eq(ring_claimed_by(ring, 0, 0, 4)->task, 2);
	ck_assert_ptr_null(ring_claimed_by(ring, 3, 0, 4));
	free(ring);
}
END_TEST

static struct ring *shared;
static _Atomic long sum;
static _Atomic int taken;
static int each;

static int add(void *arg)
{
	atomic_fetch_add(&sum, (long)(intptr_t)arg);
	return 0;
}

static void *consume(void *arg)
{
	struct ring_cell *cell;

	while ((cell = ring_take(shared, (uint32_t)(intptr_t)arg, NULL, NULL)) != NULL) {
		cell->fn(cell->arg);
		ring_finish(shared, cell);
		atomic_fetch_add(&taken, 1);
	}
	return NULL;
}

static void *produce(void *arg)
{
	(void)arg;
	for (int i = 0; i < each; i++) {
		while (ring_put(shared, add, (void *)(intptr_t)(i + 1), i) == UINT64_MAX)
			sched_yield();
		if (i % 256 == 0)
			sched_yield(); /* lets the consumers run dry and park */
	}
	return NULL;
}

/* _i: without and with a spinner */
START_TEST(many_producers_and_consumers_lose_nothing_and_take_nothing_twice)
{
	pthread_t producers[PRODUCERS], consumers[CONSUMERS];

	each = leftovers_sanitized() ? EACH_SANITIZED : EACH;
	shared = ring_of(CELLS, CONSUMERS, _i == 0 ? 0 : SPIN_DEFAULT_NS);
	for (int i = 0; i < CONSUMERS; i++)
		pthread_create(&consumers[i], NULL, consume, (void *)(intptr_t)i);
	for (int i = 0; i < PRODUCERS; i++)
		pthread_create(&producers[i], NULL, produce, NULL);
	for (int i = 0; i < PRODUCERS; i++)
		pthread_join(producers[i], NULL);
	ring_stop(shared);
	for (int i = 0; i < CONSUMERS; i++)
		pthread_join(consumers[i], NULL);
	ck_assert_int_eq(atomic_load(&taken), PRODUCERS * each);
	ck_assert_int_eq(atomic_load(&sum), (long)PRODUCERS * each * (each + 1) / 2);
	free(shared);
}
END_TEST

START_TEST(parked_workers_end_when_the_ring_is_stopped)
{
	pthread_t consumers[CONSUMERS];

	shared = ring_of(CELLS, CONSUMERS, 0);
	for (int i = 0; i < CONSUMERS; i++)
		pthread_create(&consumers[i], NULL, consume, (void *)(intptr_t)i);
	while (atomic_load(&shared->parked[0]) != (1 << CONSUMERS) - 1)
		sched_yield();
	ring_bury(shared, 0); /* as if it had died: it must not be lost either way */
	ck_assert_uint_eq(atomic_load(&shared->parked[0]), (1 << CONSUMERS) - 2);
	atomic_store(&shared->workers[0].wake, 1);
	park_wake(&shared->workers[0].wake, 1, PARK_PROCESS);
	ring_stop(shared);
	for (int i = 0; i < CONSUMERS; i++)
		pthread_join(consumers[i], NULL);
	free(shared);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("ring");
	TCase *tc = tcase_create("ring");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, work_comes_out_in_the_order_it_went_in_and_a_full_ring_takes_none);
	tcase_add_test(tc, a_cell_in_progress_is_not_filled_again);
	tcase_add_test(tc, what_a_dead_worker_had_claimed_can_be_told);
	tcase_add_loop_test(
		tc, many_producers_and_consumers_lose_nothing_and_take_nothing_twice, 0, 2);
	tcase_add_test(tc, parked_workers_end_when_the_ring_is_stopped);
	suite_add_tcase(s, tc);
	return s;
}
