/*
 * Across threads: futures that any thread may set, and several loops at once.
 */
#ifndef CONCBENCH_MODELS_ASYNC_REMOTE_H
#define CONCBENCH_MODELS_ASYNC_REMOTE_H

#include <stdatomic.h>
#include <stdint.h>

#include "models/async/future.h"
#include "models/model.h"

/* A future of one loop that any thread may set; tasks of the loop await &remote->future. */
struct async_remote {
	struct async_call call; /* first */
	struct async_future future;
	struct async_loop *loop;
	int64_t value;
	_Atomic uint32_t state; /* 0 pending, 1 claimed, 2 set: plain threads wait for it */
};

/*
 * Makes one that belongs to the loop of this thread.
 *   Returns  0, -EPERM without a loop.
 *   Owner    it lives until it was set and the loop has seen it (async_await returned).
 */
int async_remote_init(struct async_remote *remote) __attribute__((warn_unused_result));

/*
 * Sets it, to a value or an error, and wakes the loop if it sleeps.
 *   Returns  0, -EALREADY.   Threads: any.
 */
int async_remote_set(struct async_remote *remote, int64_t value);

/* Waits for it in a plain thread, which it blocks. Returns  the value or error. Threads: not a
 * task. */
int64_t async_remote_wait(struct async_remote *remote);

/*
 * Runs n loops at once, fn(arg) as first task of each: one on this thread, the others on threads of
 * their own, which are pinned to the CPUs allowed, in turn.
 *   n        0: one per CPU allowed
 *   Returns  the first error among the results in order of loops, or the first loop's result.
 *   Threads  not inside of a loop.
 */
int async_run_on_many(int n, task_fn *fn, void *arg);

/* The number of the calling task's loop among those of async_run_on_many, 0 elsewhere. */
int async_loop_number(void);

/*
 * A listening TCP socket that several loops may each have for the same port: the kernel spreads
 * connections over them (SO_REUSEPORT).
 *   address, length  as for bind
 *   Returns  the descriptor, or -errno.
 */
int async_listen_shared(const void *address, unsigned length, int backlog);

#endif
