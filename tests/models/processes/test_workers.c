/*
 * A pool's worker processes: bell, deaths, pipes.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models/processes/workers.h"
#include "tests/leftovers.h"
#include "tests/suite.h"

enum { WORKERS = 2, RING_CELLS = 16 };

static struct pool {
	struct workers workers;
	_Atomic int ran, idle;
	/* of the owner */
	int lost_task, lost_rc, lost_signal, losses;
	char text[8];
	size_t bytes;
} * pool;

static struct ring *ring;

static void tell_idle(void *arg)
{
	(void)arg;
	atomic_fetch_add(&pool->idle, 1);
	workers_ring_bell(&pool->workers);
}

static void work(void *arg, uint32_t number)
{
	struct ring_cell *cell;

	(void)arg;
	while ((cell = ring_take(ring, number, tell_idle, NULL)) != NULL) {
		if (cell->task == SIGKILL)
			raise(SIGKILL);
		ssize_t rc = write(workers_pipe(&pool->workers, number), "abc", 3);
		atomic_fetch_add(&pool->ran, rc == 3);
		ring_finish(ring, cell);
	}
}

static void lost(void *arg, struct ring_cell *cell, int rc, int signal)
{
	(void)arg;
	pool->lost_task = cell->task;
	pool->lost_rc = rc;
	pool->lost_signal = signal;
	pool->losses++;
}

static void readable(void *arg, uint32_t number, int pipe)
{
	(void)arg;
	(void)number;
	ssize_t got = read(pipe, pool->text + pool->bytes, sizeof(pool->text) - pool->bytes);
	if (got > 0)
		pool->bytes += (size_t)got;
}

static const struct workers_ops ops = {.work = work, .lost = lost, .readable = readable};

static void *map(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(memory, MAP_FAILED);
	return memory;
}

static void start(void)
{
	pool = map(sizeof(*pool));
	ring = ring_make(map(ring_bytes(RING_CELLS, WORKERS)), RING_CELLS, WORKERS, 0, PARK_SHARED);
	ck_assert_int_eq(workers_start(&pool->workers, ring, &ops, pool), 0);
}

START_TEST(the_owner_sleeps_until_the_bell_and_reads_what_was_written)
{
	start();
	ring_put(ring, NULL, NULL, 0);
	while (atomic_load(&pool->ran) < 1 || pool->bytes < 3) {
		workers_expect(&pool->workers);
		if (atomic_load(&pool->ran) < 1 || pool->bytes < 3)
			workers_wait(&pool->workers, UINT64_MAX);
	}
	ck_assert_int_eq(memcmp(pool->text, "abc", 3), 0);
	workers_stop(&pool->workers);
}
END_TEST

START_TEST(a_death_in_a_call_is_told_and_one_without_only_replaced)
{
	pid_t before[WORKERS], after[WORKERS];
	siginfo_t info;

	start();
	ring_put(ring, NULL, NULL, SIGKILL);
	while (pool->losses == 0)
		workers_wait(&pool->workers, UINT64_MAX);
	ck_assert_int_eq(pool->lost_task, SIGKILL);
	ck_assert_int_eq(pool->lost_rc, -EOWNERDEAD);
	ck_assert_int_eq(pool->lost_signal, SIGKILL);
	ck_assert_int_eq(workers_pids(&pool->workers, before, WORKERS), WORKERS);
	kill(before[0], SIGKILL);
	ck_assert_int_eq(waitid(P_PID, (id_t)before[0], &info, WEXITED | WNOWAIT), 0);
	workers_look(&pool->workers);
	ck_assert_int_eq(workers_pids(&pool->workers, after, WORKERS), WORKERS);
	ck_assert_int_ne(after[0], before[0]);
	ck_assert_int_eq(after[1], before[1]);
	ck_assert_int_eq(pool->losses, 1);
	workers_stop(&pool->workers);
}
END_TEST

START_TEST(waiting_for_the_bell_times_out)
{
	start();
	workers_expect(&pool->workers);
	while (atomic_load(&pool->idle) < WORKERS) /* each rings once, before it waits */
		workers_wait(&pool->workers, 1000000);
	workers_wait(&pool->workers, 1000000);
	ck_assert_uint_eq(atomic_load(&pool->workers.waiting), 0);
	workers_stop(&pool->workers);
}
END_TEST

START_TEST(a_pool_that_is_stopped_leaves_nothing)
{
	start();
	workers_stop(&pool->workers);
	struct leftovers before = leftovers_now();
	memset(pool, 0, sizeof(*pool));
	atomic_store(&ring->stop, false);
	ck_assert_int_eq(workers_start(&pool->workers, ring, &ops, pool), 0);
	workers_stop(&pool->workers);
	ck_assert_ptr_null(leftovers_since(&before));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("workers");
	TCase *tc = tcase_create("workers");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, the_owner_sleeps_until_the_bell_and_reads_what_was_written);
	tcase_add_test(tc, a_death_in_a_call_is_told_and_one_without_only_replaced);
	tcase_add_test(tc, waiting_for_the_bell_times_out);
	tcase_add_test(tc, a_pool_that_is_stopped_leaves_nothing);
	suite_add_tcase(s, tc);
	return s;
}
