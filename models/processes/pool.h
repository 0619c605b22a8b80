/*
 * A pool of worker processes that computes futures. Arguments and results are bytes: they travel
 * through slots of shared memory, results that do not fit through a pipe.
 *
 * A worker's death fails the call it was computing, with the signal, and a new worker takes its
 * place. The owner learns of it while it waits for any result.
 */
#ifndef CONCBENCH_MODELS_PROCESSES_POOL_H
#define CONCBENCH_MODELS_PROCESSES_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "models/sync.h"

/* Zero is the default of each. */
struct process_pool_options {
	int workers;       /* 1 per CPU allowed */
	int calls_max;     /* futures in use at once; 64 */
	size_t slot_bytes; /* an argument's most, and a result's that needs no pipe; 4096 */
	int spin_ns;       /* of the one idle worker that spins, and of the owner; SPIN_DEFAULT_NS,
			      negative = none; none on one CPU */
};

struct process_pool;
struct process_reply;

/*
 * A call, in a worker.
 *   arg      the argument's copy, aligned for any type
 *   Returns  0 or -errno.
 */
typedef int process_call_fn(const void *arg, size_t bytes, struct process_reply *reply);

/* Gives the call's result; once per call, of any size. Returns 0 or -errno. In a call only. */
int process_reply(struct process_reply *reply, const void *data, size_t bytes)
	__attribute__((warn_unused_result));

/* Told of the result: error is 0 or -errno, data counts if it is 0. */
typedef void process_done_fn(int error, const void *data, size_t bytes, void *arg);

/* The owner's handle of a call, in its private memory. */
struct process_future {
	struct process_pool *pool;
	int slot;   /* −1: none */
	int signal; /* that ended the worker, when the error is -EOWNERDEAD */
	/* of a result too large for the slot */
	char *large;
	size_t received;
	process_done_fn *done;
	void *done_arg;
};

/*
 * Makes a pool.
 *   Returns  0 or -errno.   Owner: process_pool_close.   Threads: the owner has one.
 */
int process_pool_open(struct process_pool **pool, const struct process_pool_options *options)
	__attribute__((warn_unused_result));

/* Computes what waits, ends the workers and frees the pool; open futures are void. NULL is safe. */
void process_pool_close(struct process_pool *pool);

/*
 * Has a worker call fn with a copy of bytes bytes at arg; makes the future, which holds a slot
 * until process_future_release. Returns  0; -EAGAIN if all slots are in use; -E2BIG for an argument
 * larger than a slot. Threads  the owner.
 */
int process_pool_submit(struct process_pool *pool, struct process_future *future,
	process_call_fn *fn, const void *arg, size_t bytes) __attribute__((warn_unused_result));

/*
 * Waits for the result.
 *   data     set to the result, valid until release; NULL if it is not wanted
 *   Returns  0, the error the call returned, -EOWNERDEAD, -ECANCELED, or -ETIMEDOUT.
 */
int process_future_result(struct process_future *future, const void **data, size_t *bytes,
	uint64_t timeout_ns) __attribute__((warn_unused_result));

bool process_future_done(struct process_future *future);

/* Cancels what has not been started. Returns 0, -EBUSY if it runs, -EALREADY if it is complete. */
int process_future_cancel(struct process_future *future);

/*
 * Has fn called once the result is known: in the owner, at once or inside a waiting call on any
 * future of the pool. One per future.
 */
void process_future_on_done(struct process_future *future, process_done_fn *fn, void *arg);

/*
 * Gives the slot back. A call in progress is waited for, one that waits is cancelled.
 */
void process_future_release(struct process_future *future);

/* Living workers' pids; returns how many of at most max. */
int process_pool_pids(const struct process_pool *pool, pid_t *pids, int max);

#endif
