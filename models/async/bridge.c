/*
 * Generators on the loop.
 */
#include "models/async/bridge.h"

#include <errno.h>

#include "models/async/task.h"

struct generator *generator_as_coroutine(struct generator *generator)
{
	generator->awaitable = true;
	return generator;
}

int async_await_generator(struct generator *generator, intptr_t *result)
{
	struct async_task *self = async_task_current();
	intptr_t value;

	if (result != NULL)
		*result = GENERATOR_NOTHING;
	if (!generator->awaitable)
		return async_misuse(-EPERM, "a bare generator cannot be awaited: iterate over it "
					    "with generator_next, or wrap "
					    "it with generator_as_coroutine");
	if (self == NULL)
		return async_outside("async_await_generator");
	int rc = generator_next(generator, &value);
	while (rc == GENERATOR_YIELDED) {
		async_yield();
		int interrupt = async_take_interrupt(self);
		rc = interrupt != 0 ? generator_throw(generator, interrupt, NULL, &value)
				    : generator_next(generator, &value);
	}
	if (rc == GENERATOR_RETURNED && result != NULL)
		*result = value;
	return rc < 0 ? rc : 0;
}
