/*
 * The crew of process-pool: workers forked beforehand take tasks from a ring in shared memory.
 */
#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "models/first_failure.h"
#include "models/park.h"
#include "models/processes/processes.h"
#include "models/processes/reap.h"
#include "models/processes/workers.h"
#include "models/ring.h"

/* In shared memory, the ring behind it. */
struct crew_pool {
	const struct crew *crew;
	struct ring *ring;
	struct workers workers;
	size_t mapped_bytes;
	uint64_t drained; /* every position below it is done */
	uint64_t filled;  /* the drain in progress waits for those below it */
	_Atomic uint64_t first_failure;
	int cpus;
	struct spin spin; /* the opener's */
};

static void note(struct crew_pool *pool, int task, int rc, int signal)
{
	first_failure_note(&pool->first_failure, task, rc, signal);
	if (pool->crew->on_failure != NULL)
		pool->crew->on_failure(pool->crew->on_failure_arg, task, rc, signal);
}

/* Out of work: if the opener waits for the last of it, that may have been this one's. */
static void tell_opener(void *arg)
{
	workers_ring_bell(arg);
}

static void work(void *arg, uint32_t number)
{
	struct crew_pool *pool = arg;
	struct ring_cell *cell;

	while ((cell = ring_take(pool->ring, number, tell_opener, &pool->workers)) != NULL) {
		int rc = cell->fn(cell->arg);
		if (rc != 0)
			note(pool, cell->task, task_errno(rc), 0);
		ring_finish(pool->ring, cell);
	}
}

static void lost(void *arg, struct ring_cell *cell, int rc, int signal)
{
	note(arg, cell->task, rc, signal);
}

static const struct workers_ops workers_ops = {.work = work, .lost = lost};

static void pool_close(struct crew *crew)
{
	struct crew_pool *pool = crew->state;

	workers_stop(&pool->workers);
	crew->workers_died = pool->workers.died;
	crew->workers_signal = pool->workers.signal;
	munmap(pool, pool->mapped_bytes);
}

static int pool_open(struct crew *crew)
{
	uint64_t cells = (uint64_t)crew->tasks_max;
	uint32_t workers = (uint32_t)crew->workers;
	size_t own = (sizeof(struct crew_pool) + 127) & ~(size_t)127;

	if (workers > RING_WORKERS_MAX)
		return -EAGAIN;
	size_t bytes = own + ring_bytes(cells, workers);
	struct crew_pool *pool =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pool == MAP_FAILED)
		return -errno;
	pool->crew = crew;
	pool->mapped_bytes = bytes;
	pool->ring = ring_make(
		(char *)pool + own, cells, workers, spin_bound_ns(crew->spin_ns), PARK_SHARED);
	atomic_init(&pool->first_failure, FIRST_FAILURE_NONE);
	pool->cpus = park_cpus();
	spin_make(&pool->spin, spin_bound_ns(crew->spin_ns));
	crew->stack_bytes = 0; /* the opener's own, copied as it is written */
	crew->state = pool;
	int rc = workers_start(&pool->workers, pool->ring, &workers_ops, pool);
	if (rc != 0) {
		pool_close(crew);
		crew->state = NULL;
	}
	return rc;
}

static int pool_spawn(struct crew *crew, task_fn *fn, void *arg)
{
	struct crew_pool *pool = crew->state;
	uint64_t position = ring_put(pool->ring, fn, arg, crew->spawned);

	assert(position != UINT64_MAX); /* more tasks than crew_open was told */
	return 0;
}

static bool all_done(void *arg)
{
	struct crew_pool *pool = arg;

	while (pool->drained < pool->filled && ring_finished(pool->ring, pool->drained))
		pool->drained++;
	return pool->drained == pool->filled;
}

static int pool_drain(struct crew *crew)
{
	struct crew_pool *pool = crew->state;

	pool->filled = atomic_load(&pool->ring->tail);
	/* Spinning takes a CPU from the workers unless there is one for each task still to end. */
	if (pool->filled - pool->drained < (uint64_t)pool->cpus)
		spin_until(&pool->spin, all_done, pool);
	while (!all_done(pool)) {
		workers_expect(&pool->workers);
		if (!all_done(pool))
			workers_wait(&pool->workers, UINT64_MAX);
	}
	atomic_store(&pool->workers.waiting, 0);
	return first_failure_report(&pool->first_failure, crew);
}

int process_pool_crew_pids(const struct crew *crew, pid_t *pids, int max)
{
	const struct crew_pool *pool = crew->state;

	return workers_pids(&pool->workers, pids, max);
}

const struct crew_ops process_pool_crew_ops = {
	.open = pool_open,
	.spawn = pool_spawn,
	.drain = pool_drain,
	.close = pool_close,
	.word_wait = process_word_wait,
	.word_wake = process_word_wake,
};
