/*
 * Event, barrier and wait group: tasks of one loop that wait for a state, for each other, for a
 * count.
 */
#ifndef CONCBENCH_MODELS_ASYNC_EVENT_H
#define CONCBENCH_MODELS_ASYNC_EVENT_H

#include <stdbool.h>

#include "models/async/future.h"

/* All-zero is an unset one. */
struct async_event {
	bool set;
	struct async_waiters line;
};

/* Wakes all who wait; who waits later does not wait until it is cleared. */
void async_event_set(struct async_event *event);
void async_event_clear(struct async_event *event);
/* Returns  0, -ECANCELED, -ETIMEDOUT. */
int async_event_wait(struct async_event *event) __attribute__((warn_unused_result));

struct async_barrier {
	int parties;
	bool broken;
	struct async_waiters line;
};

/*
 * Waits until all parties are here.
 *   Returns  0 .. parties-1, the order of arrival, one for each; -ECANCELED, -ETIMEDOUT: it has
 * left again; -EPIPE: the barrier was aborted.
 */
int async_barrier_wait(struct async_barrier *barrier) __attribute__((warn_unused_result));
/* All who wait, now or later, get -EPIPE, until a reset. */
void async_barrier_abort(struct async_barrier *barrier);
/* Sends who waits away with -EPIPE and makes it usable again. */
void async_barrier_reset(struct async_barrier *barrier);

/* All-zero is one with nothing to wait for. */
struct async_wait_group {
	int count;
	struct async_waiters line;
};

void async_wait_group_add(struct async_wait_group *group, int n);
/* Returns  0, -EINVAL: called more often than added. */
int async_wait_group_done(struct async_wait_group *group);
/* Waits until the count is zero. Returns  0, -ECANCELED, -ETIMEDOUT. */
int async_wait_group_wait(struct async_wait_group *group) __attribute__((warn_unused_result));

#endif
