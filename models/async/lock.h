/*
 * Lock and condition for the tasks of one loop, first come first served.
 *
 * A lock that is released goes straight to the first in line, who then holds it whatever happens;
 * nobody overtakes. A task that is interrupted while it waits leaves the line without the lock.
 */
#ifndef CONCBENCH_MODELS_ASYNC_LOCK_H
#define CONCBENCH_MODELS_ASYNC_LOCK_H

#include <stdbool.h>

#include "models/async/future.h"

/* All-zero is an unlocked one. */
struct async_lock {
	struct async_task *owner;
	struct async_waiters line;
};

/* Returns  0 with the lock held; -ECANCELED, -ETIMEDOUT without; -EDEADLK: the task holds it
 * already. */
int async_lock_acquire(struct async_lock *lock) __attribute__((warn_unused_result));
/* Returns  false when somebody else holds it. */
bool async_lock_try(struct async_lock *lock);
/* Returns  0; -EPERM: the task does not hold it. */
int async_lock_release(struct async_lock *lock);

static inline bool async_lock_is_held(const struct async_lock *lock)
{
	return lock->owner != NULL;
}

/* All-zero is one nobody waits for. */
struct async_condition {
	struct async_waiters line;
};

/*
 * Releases the lock, waits to be notified, and takes the lock again before it returns, whatever it
 * returns.
 *   Returns  0, -ECANCELED, -ETIMEDOUT; -EPERM when the lock is not held by the task.
 */
int async_condition_wait(struct async_condition *condition, struct async_lock *lock)
	__attribute__((warn_unused_result));

/* The same until predicate(arg) holds. */
int async_condition_wait_for(struct async_condition *condition, struct async_lock *lock,
	bool (*predicate)(void *arg), void *arg) __attribute__((warn_unused_result));

/* Wakes up to n who wait; they go on one by one as they get the lock. */
void async_condition_notify(struct async_condition *condition, int n);
void async_condition_notify_all(struct async_condition *condition);

#endif
