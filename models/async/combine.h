/*
 * Several futures at once: gather, wait, as_completed, and task groups that nothing outlives.
 *
 * Tasks are futures (&task->future), so arrays of futures are what all of these take.
 */
#ifndef CONCBENCH_MODELS_ASYNC_COMBINE_H
#define CONCBENCH_MODELS_ASYNC_COMBINE_H

#include <stdbool.h>
#include <stddef.h>

#include "models/async/future.h"
#include "models/model.h"

enum async_gather_mode {
	ASYNC_FIRST_ERROR,  /* return with the first error; the others go on */
	ASYNC_RETURN_ERRORS /* wait for all; errors stand among the results */
};

/*
 * Awaits all of them.
 *   results  [n] in the order of the futures; NULL if of no interest; after a first error those
 *            that have not ended are -EAGAIN
 *   Returns  0; the first error to occur (ASYNC_FIRST_ERROR); after an interrupt its error: all of
 *            them have been cancelled and have ended then.
 *   Threads  a task.
 */
int async_gather(
	struct async_future **futures, size_t n, int64_t *results, enum async_gather_mode mode);

enum async_wait_mode { ASYNC_FIRST_COMPLETED, ASYNC_FIRST_EXCEPTION, ASYNC_ALL_COMPLETED };

/*
 * Waits until one, one that failed, or all have ended; async_future_done tells which. Nothing is
 * cancelled by it, also after an interrupt.
 *   Returns  how many have ended, or -errno.
 */
int async_wait(struct async_future **futures, size_t n, enum async_wait_mode mode);

/* One watched future of an as_completed loop. */
struct async_watch {
	struct async_waiter waiter; /* first */
	struct async_future *future;
	struct async_watch *next; /* in order of completion */
	void *owner;
};

/*
 *	struct async_watch watches[n];
 *	struct async_as_completed each;
 *	async_as_completed_begin(&each, futures, n, watches);
 *	while ((rc = async_as_completed_next(&each, &future)) == 1)
 *		... async_future_result(future) ...
 *	async_as_completed_end(&each);
 */
struct async_as_completed {
	struct async_watch *watches, *first, **last;
	size_t n, left;
	struct async_waiters line;
};

void async_as_completed_begin(struct async_as_completed *each, struct async_future **futures,
	size_t n, struct async_watch *watches);
/* Returns  1 with the next one that has ended, 0 when there was the last, or -errno of an
 * interrupt. */
int async_as_completed_next(struct async_as_completed *each, struct async_future **future);
/* Stops watching; the futures go on. */
void async_as_completed_end(struct async_as_completed *each);

/*
 * A task group: its tasks end before it does. The first that fails (other than by being cancelled)
 * cancels the rest, and interrupts the owner where it waits with -ECANCELED.
 */
struct async_group {
	struct async_task *owner;
	struct async_group_child *children;
	size_t alive;
	int error; /* of the first that failed */
	bool closing;
	struct async_waiters line;
};

/* Opens a group that belongs to the calling task. Returns  0, -EPERM outside of tasks. */
int async_group_open(struct async_group *group) __attribute__((warn_unused_result));

/* Starts a task of the group. Returns  0, -ECANCELED once a task of it has failed, -ENOMEM. */
int async_group_spawn_named(struct async_group *group, task_fn *fn, void *arg, const char *name)
	__attribute__((warn_unused_result));
#define async_group_spawn(group, fn, arg) async_group_spawn_named((group), (fn), (arg), #fn)

/* Cancels all tasks of the group that still run. */
void async_group_cancel(struct async_group *group);

/*
 * Waits for all tasks of the group. Called in any case by the owner; if its own part failed, with
 * the error (rc): then the tasks are cancelled first.
 *   Returns  the first task's error; else rc; else -ECANCELED or -ETIMEDOUT when the owner was
 *            interrupted meanwhile (all tasks were cancelled then).
 */
int async_group_close(struct async_group *group, int rc);

#endif
