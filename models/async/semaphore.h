/*
 * Semaphore for the tasks of one loop: a number of permits, first come first served.
 */
#ifndef CONCBENCH_MODELS_ASYNC_SEMAPHORE_H
#define CONCBENCH_MODELS_ASYNC_SEMAPHORE_H

#include <stdbool.h>

#include "models/async/future.h"

struct async_semaphore {
	int permits;
	int most; /* more than that are a misuse of release; 0: no bound */
	struct async_waiters line;
};

/* Returns  0 with a permit; -ECANCELED, -ETIMEDOUT without. */
int async_semaphore_acquire(struct async_semaphore *semaphore) __attribute__((warn_unused_result));
bool async_semaphore_try(struct async_semaphore *semaphore);
/* Gives a permit to the first in line, or back. Returns  0, -EINVAL: more than the most. */
int async_semaphore_release(struct async_semaphore *semaphore);

#endif
