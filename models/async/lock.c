/*
 * Lock and condition.
 */
#include "models/async/lock.h"

#include <errno.h>
#include <limits.h>

#include "models/async/task.h"

int async_lock_acquire(struct async_lock *lock)
{
	struct async_task *self = async_thread.current;

	if (self == NULL)
		return async_outside("async_lock_acquire");
	if (lock->owner == NULL) {
		if (self->interrupt != 0)
			return async_take_interrupt(self);
		lock->owner = self;
		return 0;
	}
	if (lock->owner == self)
		return async_misuse(-EDEADLK, "a task waits for a lock it holds itself");
	self->waits = "async_lock_acquire";
	return async_waiters_wait(&lock->line);
}

bool async_lock_try(struct async_lock *lock)
{
	if (lock->owner != NULL)
		return false;
	lock->owner = async_thread.current;
	return true;
}

int async_lock_release(struct async_lock *lock)
{
	struct async_waiter *first = lock->line.first;

	if (lock->owner != async_thread.current || lock->owner == NULL)
		return async_misuse(-EPERM, "a lock was released by a task that does not hold it");
	lock->owner = first != NULL ? first->task : NULL;
	if (first != NULL)
		async_waiter_serve(first);
	return 0;
}

int async_condition_wait(struct async_condition *condition, struct async_lock *lock)
{
	struct async_task *self = async_thread.current;
	int rc = async_lock_release(lock);

	if (rc != 0)
		return rc;
	self->waits = "async_condition_wait";
	rc = async_waiters_wait(&condition->line);
	if (lock->owner == NULL)
		lock->owner = self;
	else
		async_waiters_wait_firmly(&lock->line);
	return rc;
}

int async_condition_wait_for(struct async_condition *condition, struct async_lock *lock,
	bool (*predicate)(void *arg), void *arg)
{
	int rc = 0;

	while (rc == 0 && !predicate(arg))
		rc = async_condition_wait(condition, lock);
	return rc;
}

void async_condition_notify(struct async_condition *condition, int n)
{
	while (n-- > 0 && async_waiters_serve_first(&condition->line))
		;
}

void async_condition_notify_all(struct async_condition *condition)
{
	async_condition_notify(condition, INT_MAX);
}
