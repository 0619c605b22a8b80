/*
 * All tasks of a loop and where they wait, asked for by a call or by a signal.
 *
 * In debug mode SIGUSR1 asks, unless the program has a handler of its own for it: the loop reports
 * as soon as it is not held by a task. Who holds it at that moment is told at once.
 */
#ifndef CONCBENCH_MODELS_ASYNC_DUMP_H
#define CONCBENCH_MODELS_ASYNC_DUMP_H

#include <stdio.h>

struct async_loop;

/*
 * One line per task: name, state, the call it waits in, bytes of stack used so far.
 *   Threads  the loop's.
 */
void async_dump(struct async_loop *loop, FILE *file);

/* For debug mode: lets the signal reach this loop, until it is closed. Without effect when too many
 * loops (64) want it. */
void async_dump_watch(struct async_loop *loop);
void async_dump_unwatch(struct async_loop *loop);

#endif
