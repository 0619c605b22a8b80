/*
 * The bridge between generators and the loop: awaiting a generator as if it were a coroutine.
 *
 * A generator that consumes time by yielding (the notes' polling scheduler, programs older than
 * async/await) knows nothing of the loop. Wrapped, a task can await it: each of its yields then
 * lets the other tasks run, so that it starves nobody, though it still burns the CPU it asks for.
 */
#ifndef CONCBENCH_MODELS_ASYNC_BRIDGE_H
#define CONCBENCH_MODELS_ASYNC_BRIDGE_H

#include "models/async/generator.h"

/* Marks a generator as one that may be awaited (types.coroutine). Returns the same generator. */
struct generator *generator_as_coroutine(struct generator *generator);

/*
 * Runs a wrapped generator to its end; what it yields is dropped.
 *   result   its return value; NULL if of no interest
 *   Returns  0 or the generator's error. -EPERM for a bare generator or outside of a task, see
 *            async_explain. An interrupt of the task (cancel, timeout) is thrown in at its yield.
 *   Owner    the caller keeps the generator.
 */
int async_await_generator(struct generator *generator, intptr_t *result)
	__attribute__((warn_unused_result));

#endif
