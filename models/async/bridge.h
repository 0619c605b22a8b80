/*
 * The bridge between two worlds: generators that poll, the loop that waits.
 *
 * A generator is no coroutine of the loop: it has no place in the ready queue, and awaiting it
 * means nothing (the types do not allow it). What it can be is driven: resumed once per turn of the
 * loop.
 */
#ifndef CONCBENCH_MODELS_ASYNC_BRIDGE_H
#define CONCBENCH_MODELS_ASYNC_BRIDGE_H

#include <stdint.h>

struct generator;

/*
 * Resumes a polling generator once per turn until it ends; all others have their turns in between.
 *   result   its return value; NULL if of no interest
 *   Returns  0; the generator's error; -ECANCELED, -ETIMEDOUT: it was closed then.
 *   Threads  a task, which is the generator's consumer.
 */
int async_await_polling(struct generator *generator, intptr_t *result);

#endif
