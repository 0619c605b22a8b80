/*
 * A pool of threads that computes futures; the passage of work is the ring's (models/ring.h).
 *
 * It grows in submit, when no worker is idle and fewer than workers_max run. Whether one is idle is
 * only a guess at that moment; a guess gone wrong costs a thread early or late, never a call.
 */
#include "models/threads/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "models/ring.h"
#include "models/threads/stacks.h"
#include "models/threads/threads.h"

enum { WAITING_DEFAULT = 1024 };

struct pool_worker {
	pthread_t thread;
	struct thread_pool *pool;
};

struct thread_pool {
	struct ring *ring;
	struct stacks stacks;
	struct spin spin; /* of those who wait for results */
	int workers_max;
	bool grows;
	_Atomic int workers;
	_Atomic int busy; /* workers that compute */
	struct sync_line room;
	struct thread_lock growing; /* covers the start of workers */
	struct pool_worker each[];
};

static int compute(void *arg)
{
	struct thread_future *future = arg;
	void *value = NULL;

	if (!thread_future_start(future))
		return 0; /* cancelled */
	int rc = future->call(future->call_arg, &value);
	if (rc != 0)
		thread_future_fail(future, rc);
	else
		thread_future_set(future, value);
	return 0;
}

static void *work(void *arg)
{
	struct pool_worker *worker = arg;
	struct thread_pool *pool = worker->pool;
	struct ring_cell *cell;

	while ((cell = ring_take(pool->ring, (uint32_t)(worker - pool->each), NULL, NULL)) !=
		NULL) {
		struct thread_future *future = cell->arg;
		/* Free for the next at once: the crew must know what a worker does, here nobody
		 * asks. */
		ring_finish(pool->ring, cell);
		sync_line_wake(&pool->room, 1);
		if (pool->grows)
			atomic_fetch_add_explicit(&pool->busy, 1, memory_order_relaxed);
		compute(future);
		if (pool->grows)
			atomic_fetch_sub_explicit(&pool->busy, 1, memory_order_relaxed);
	}
	return NULL;
}

static int start_worker(struct thread_pool *pool)
{
	int index = atomic_load(&pool->workers);
	struct pool_worker *worker = &pool->each[index];

	worker->pool = pool;
	int rc = stacks_start(&pool->stacks, index, &worker->thread, work, worker);
	if (rc == 0)
		atomic_store(&pool->workers, index + 1);
	return rc;
}

static void grow(struct thread_pool *pool)
{
	if (thread_lock_acquire(&pool->growing, SYNC_TRY) != 0)
		return; /* somebody else does */
	if (atomic_load(&pool->workers) < pool->workers_max)
		(void)start_worker(pool); /* at a limit the pool stays as it is */
	thread_lock_release(&pool->growing);
}

int thread_pool_open(struct thread_pool **pool, const struct thread_pool_options *options)
{
	int least = options->workers_min != 0 ? options->workers_min : park_cpus();
	int most = options->workers_max > least ? options->workers_max : least;
	size_t waiting = options->waiting_max != 0 ? options->waiting_max : WAITING_DEFAULT;
	uint32_t workers = (uint32_t)most;
	size_t bytes = (ring_bytes(waiting, workers) + 4095) & ~(size_t)4095;

	*pool = NULL;
	if (workers > RING_WORKERS_MAX)
		return -EAGAIN;
	struct thread_pool *made = calloc(1, sizeof(*made) + workers * sizeof(made->each[0]));
	void *memory = aligned_alloc(4096, bytes);
	if (made == NULL || memory == NULL) {
		free(made);
		free(memory);
		return -ENOMEM;
	}
	memset(memory, 0, bytes);
	made->ring =
		ring_make(memory, waiting, workers, spin_bound_ns(options->spin_ns), PARK_PROCESS);
	spin_make(&made->spin, made->ring->spin.most_ns);
	made->workers_max = most;
	made->grows = most > least;
	sync_line_make(&made->room, PARK_PROCESS, 0);
	thread_lock_make(&made->growing, 0);
	int rc = stacks_make(&made->stacks, most,
		options->stack_bytes != 0 ? options->stack_bytes : THREAD_STACK_DEFAULT_BYTES);
	for (int i = 0; i < least && rc == 0; i++)
		rc = start_worker(made);
	if (rc != 0)
		thread_pool_close(made);
	else
		*pool = made;
	return rc;
}

struct entry {
	struct thread_pool *pool;
	struct thread_future *future;
};

static bool put(void *arg)
{
	struct entry *entry = arg;

	return ring_put(entry->pool->ring, compute, entry->future, 0) != UINT64_MAX;
}

int thread_pool_submit(struct thread_pool *pool, struct thread_future *future, thread_call_fn *fn,
	void *arg, uint64_t timeout_ns)
{
	struct entry entry = {pool, future};

	thread_future_make(future);
	future->spin = &pool->spin;
	future->call = fn;
	future->call_arg = arg;
	if (sync_line_until(&pool->room, put, &entry, timeout_ns) != 0)
		return -EAGAIN;
	int workers = atomic_load_explicit(&pool->workers, memory_order_relaxed);
	if (workers < pool->workers_max && atomic_load_explicit(&pool->busy, memory_order_relaxed) +
							   (int)(atomic_load(&pool->ring->tail) -
								   atomic_load(&pool->ring->head)) >
						   workers)
		grow(pool);
	return 0;
}

int thread_pool_workers(struct thread_pool *pool)
{
	return atomic_load(&pool->workers);
}

void thread_pool_close(struct thread_pool *pool)
{
	if (pool == NULL)
		return;
	ring_stop(pool->ring);
	for (int i = 0; i < atomic_load(&pool->workers); i++)
		pthread_join(pool->each[i].thread, NULL);
	stacks_free(&pool->stacks);
	free(pool->ring);
	free(pool);
}
