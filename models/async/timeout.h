/*
 * Sleeping, and time limits for everything that waits.
 *
 *	struct async_timeout limit;
 *
 *	async_timeout_begin(&limit, 100000000);
 *	rc = async_read(fd, buffer, sizeof buffer);
 *	...any number of waiting calls...
 *	if (async_timeout_end(&limit))
 *		the time was up: one of them was interrupted and returned -ETIMEDOUT
 *
 * Scopes nest. Like a cancel, the end of time is delivered once, to the call that waits or to
 * the next one. Nothing fires early: a deadline is a fresh clock reading plus the duration.
 */
#ifndef CONCBENCH_MODELS_ASYNC_TIMEOUT_H
#define CONCBENCH_MODELS_ASYNC_TIMEOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "models/async/future.h"
#include "models/async/timer.h"

/* On the stack of the task that begins it. */
struct async_timeout {
	struct async_timer timer; /* first */
	struct async_task *task;
	bool expired;
};

/*
 * Begins a scope that lasts duration_ns, or until deadline_ns of CLOCK_MONOTONIC.
 *   Returns  0, -ENOMEM, -EPERM outside of a task.
 */
int async_timeout_begin(struct async_timeout *timeout, uint64_t duration_ns)
	__attribute__((warn_unused_result));
int async_timeout_begin_until(struct async_timeout *timeout, uint64_t deadline_ns)
	__attribute__((warn_unused_result));

/* Moves the deadline of a scope that has not expired. Returns  0, -ETIMEDOUT, -ENOMEM. */
int async_timeout_reschedule(struct async_timeout *timeout, uint64_t deadline_ns)
	__attribute__((warn_unused_result));

/*
 * Ends the scope, in any case and by the same task.
 *   Returns  whether the time was up before.
 */
bool async_timeout_end(struct async_timeout *timeout);

/*
 * Awaits a future for at most duration_ns; then it is cancelled, and its end waited for (wait_for).
 *   Returns  as async_await; -ETIMEDOUT when the time was up.
 */
int64_t async_wait_for(struct async_future *future, uint64_t duration_ns);

/*
 * Waits.
 *   Returns  0, -ECANCELED, -ETIMEDOUT from a scope around it, -EPERM outside of a task.
 */
int async_sleep(uint64_t duration_ns);
int async_sleep_until(uint64_t deadline_ns); /* CLOCK_MONOTONIC */

#endif
