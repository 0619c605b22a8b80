/*
 * Semaphore.
 */
#include "models/async/semaphore.h"

#include <errno.h>

#include "models/async/task.h"

bool async_semaphore_try(struct async_semaphore *semaphore)
{
	if (semaphore->permits == 0 || semaphore->line.first != NULL)
		return false;
	semaphore->permits--;
	return true;
}

int async_semaphore_acquire(struct async_semaphore *semaphore)
{
	struct async_task *self = async_thread.current;

	if (self == NULL)
		return async_outside("async_semaphore_acquire");
	if (self->interrupt != 0)
		return async_take_interrupt(self);
	if (async_semaphore_try(semaphore))
		return 0;
	self->waits = "async_semaphore_acquire";
	return async_waiters_wait(&semaphore->line);
}

int async_semaphore_release(struct async_semaphore *semaphore)
{
	if (semaphore->most > 0 && semaphore->permits >= semaphore->most)
		return async_misuse(
			-EINVAL, "a bounded semaphore was released more often than acquired");
	if (!async_waiters_serve_first(&semaphore->line))
		semaphore->permits++;
	return 0;
}
