/*
 * The crew of thread-pool: a fixed number of pthreads that take tasks from a ring.
 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "models/first_failure.h"
#include "models/park.h"
#include "models/ring.h"
#include "models/threads/stacks.h"
#include "models/threads/threads.h"

struct crew_pool;

struct crew_pool_worker {
	pthread_t thread;
	struct crew_pool *pool;
};

struct crew_pool {
	struct crew *crew;
	struct ring *ring;
	struct stacks stacks;
	int started;
	int cpus;
	struct spin spin; /* the opener's */
	uint64_t drained; /* every position below it is done */
	uint64_t filled;  /* the drain in progress waits for those below it */
	_Atomic uint64_t first_failure;
	_Atomic uint32_t waiting; /* the opener sleeps on it while it is 1 */
	struct crew_pool_worker workers[];
};

/* Out of work: if the opener waits for the last of it, that may have been this one's. */
static void tell_opener(void *arg)
{
	struct crew_pool *pool = arg;

	if (atomic_load(&pool->waiting) != 0 && atomic_exchange(&pool->waiting, 0) != 0)
		park_wake(&pool->waiting, 1, PARK_PROCESS);
}

static void *work(void *arg)
{
	struct crew_pool_worker *worker = arg;
	struct crew_pool *pool = worker->pool;
	const struct crew *crew = pool->crew;
	uint32_t number = (uint32_t)(worker - pool->workers);
	struct ring_cell *cell;

	while ((cell = ring_take(pool->ring, number, tell_opener, pool)) != NULL) {
		int rc = cell->fn(cell->arg);
		if (rc != 0) {
			rc = task_errno(rc);
			first_failure_note(&pool->first_failure, cell->task, rc, 0);
			if (crew->on_failure != NULL)
				crew->on_failure(crew->on_failure_arg, cell->task, rc, 0);
		}
		ring_finish(pool->ring, cell);
	}
	return NULL;
}

static void pool_close(struct crew *crew)
{
	struct crew_pool *pool = crew->state;

	ring_stop(pool->ring);
	for (int i = 0; i < pool->started; i++)
		pthread_join(pool->workers[i].thread, NULL);
	stacks_free(&pool->stacks);
	free(pool->ring);
	free(pool);
}

static int start_workers(struct crew_pool *pool, int workers)
{
	int rc = 0;

	while (pool->started < workers && rc == 0) {
		struct crew_pool_worker *worker = &pool->workers[pool->started];
		worker->pool = pool;
		rc = stacks_start(&pool->stacks, pool->started, &worker->thread, work, worker);
		pool->started += rc == 0;
	}
	return rc;
}

static int pool_open(struct crew *crew)
{
	uint32_t workers = (uint32_t)crew->workers;
	size_t ring = (ring_bytes((uint64_t)crew->tasks_max, workers) + 4095) & ~(size_t)4095;

	if (workers > RING_WORKERS_MAX)
		return -EAGAIN;
	struct crew_pool *pool = calloc(1, sizeof(*pool) + workers * sizeof(pool->workers[0]));
	void *memory = aligned_alloc(4096, ring);
	if (pool == NULL || memory == NULL) {
		free(pool);
		free(memory);
		return -ENOMEM;
	}
	memset(memory, 0, ring);
	pool->crew = crew;
	pool->cpus = park_cpus();
	spin_make(&pool->spin, spin_bound_ns(crew->spin_ns));
	pool->ring = ring_make(memory, (uint64_t)crew->tasks_max, workers,
		spin_bound_ns(crew->spin_ns), PARK_PROCESS);
	atomic_init(&pool->first_failure, FIRST_FAILURE_NONE);
	crew->state = pool;
	int rc = stacks_make(&pool->stacks, crew->workers,
		crew->stack_bytes != 0 ? crew->stack_bytes : THREAD_STACK_DEFAULT_BYTES);
	crew->stack_bytes = pool->stacks.bytes; /* also told when the rest fails */
	if (rc == 0)
		rc = start_workers(pool, crew->workers);
	if (rc != 0) {
		pool_close(crew);
		crew->state = NULL;
		return rc;
	}
	return 0;
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
		atomic_store(&pool->waiting, 1);
		if (!all_done(pool))
			park_wait(&pool->waiting, 1, PARK_FOREVER, PARK_PROCESS);
		atomic_store(&pool->waiting, 0);
	}
	return first_failure_report(&pool->first_failure, crew);
}

const struct crew_ops thread_pool_crew_ops = {
	.open = pool_open,
	.spawn = pool_spawn,
	.drain = pool_drain,
	.close = pool_close,
	.word_wait = thread_word_wait,
	.word_wake = thread_word_wake,
};
