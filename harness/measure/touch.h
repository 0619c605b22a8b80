/*
 * First touches: what a task will write is made resident before the clock runs, so that point B
 * contains it and the window does not pay for it.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_TOUCH_H
#define CONCBENCH_HARNESS_MEASURE_TOUCH_H

#include <stddef.h>

/*
 * The depth of stack every task that has one writes before it is ready, beside the frames it stands
 * in. Deep enough for the calls of the workloads here (the peak stays at point B), and below half a
 * page, so that a task of one page is not given a second one it never uses.
 */
enum { TOUCH_STACK_BYTES = 1536 };

/*
 * Writes so many bytes of the caller's stack, from the top down; they stay resident.
 *   Threads  any, coroutines with a stack of their own too.
 */
void touch_stack(size_t bytes);

/*
 * Writes every page of a range, without changing it or disturbing who writes there meanwhile.
 *   bytes    0 = nothing
 *   Threads  any.
 */
void touch_pages(void *from, size_t bytes);

#endif
