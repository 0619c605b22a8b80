/*
 * Makes tasks use stack, because a task that waits at depth zero is a timer, not a task.
 */
#ifndef CONCBENCH_BENCH_STACK_TOUCH_H
#define CONCBENCH_BENCH_STACK_TOUCH_H

#include <stddef.h>
#include <stdint.h>

#include "harness/workload.h"

enum {
	/* Left for the runtime, the library and the workload's own frames. */
	STACK_RESERVE = 8 << 10,
	/* The smallest default stack of any family. */
	STACK_DEFAULT_LEAST = 16 << 10
};

/*
 * Writes to every page of the next bytes of the caller's stack; they stay resident after the
 * return. bytes    0 .. what stack_touch_fits has accepted Threads  any.
 */
void stack_touch(size_t bytes);

/*
 * Whether the tasks' stacks can hold that; states the verdict where they cannot.
 *   Returns  0 or -EINVAL.
 */
int stack_touch_fits(struct orders *orders, int64_t bytes) __attribute__((warn_unused_result));

#endif
