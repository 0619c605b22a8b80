/*
 * A pool of threads that computes futures: fixed, or growing to a bound while all are busy.
 */
#ifndef CONCBENCH_MODELS_THREADS_POOL_H
#define CONCBENCH_MODELS_THREADS_POOL_H

#include "models/threads/future.h"

/* Zero is the default of each. */
struct thread_pool_options {
	int workers_min;    /* started at once; 1 per CPU allowed */
	int workers_max;    /* the pool grows to so many; workers_min */
	size_t waiting_max; /* calls that may wait for a worker; 1024 */
	size_t stack_bytes; /* of a worker; THREAD_STACK_DEFAULT_BYTES */
	int spin_ns;        /* of the one idle worker that spins, and of waiters; SPIN_DEFAULT_NS,
			       negative = none; none on one CPU */
};

struct thread_pool;

/*
 * Makes a pool.
 *   Returns  0 or -errno (-EAGAIN: a limit on threads).   Owner: thread_pool_close.
 */
int thread_pool_open(struct thread_pool **pool, const struct thread_pool_options *options)
	__attribute__((warn_unused_result));

/*
 * Has a worker call fn(arg, &value) and complete the future with what it returns; makes the future.
 *   future   the caller's, until it is complete
 *   Returns  0; -EAGAIN if waiting_max calls wait already after timeout_ns.
 *   Threads  any, also workers (with SYNC_TRY: one that waits for room may wait for itself).
 */
int thread_pool_submit(struct thread_pool *pool, struct thread_future *future, thread_call_fn *fn,
	void *arg, uint64_t timeout_ns) __attribute__((warn_unused_result));

/* How many threads the pool has started. */
int thread_pool_workers(struct thread_pool *pool);

/* Computes what waits, ends the workers and frees the pool. Safe with NULL. */
void thread_pool_close(struct thread_pool *pool);

#endif
