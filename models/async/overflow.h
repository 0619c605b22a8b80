/*
 * The report of a stack overflow: which coroutine, how large its stack was.
 */
#ifndef CONCBENCH_MODELS_ASYNC_OVERFLOW_H
#define CONCBENCH_MODELS_ASYNC_OVERFLOW_H

#include <stddef.h>

struct async_stack_pool;

/*
 * Gives this thread a signal stack (if it has none) and the process a SIGSEGV handler (once), which
 * reports a touched guard and passes everything else to the handler before it.
 *   Returns  0 or -errno.
 */
int async_overflow_watch(void) __attribute__((warn_unused_result));

/* Takes the signal stack away again, once no pool is open on this thread. */
void async_overflow_unwatch(void);

/* The stack in whose guard an address lies, or NULL; safe in signal handlers. */
const struct async_stack *async_stack_guarding(
	const struct async_stack_pool *pool, const void *address);

/* Writes the report of an overflow of that stack. */
void async_overflow_report(const struct async_stack *stack);

#endif
