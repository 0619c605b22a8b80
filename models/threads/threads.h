/*
 * models/threads: pthreads. One include for users of the family.
 *
 * Tasks use the C library's blocking calls, each bracketed by gil_leave and gil_enter (gil.h).
 */
#ifndef CONCBENCH_MODELS_THREADS_THREADS_H
#define CONCBENCH_MODELS_THREADS_THREADS_H

#include "models/model.h"
#include "models/threads/gil.h"
#include "models/threads/pool.h"
#include "models/threads/queue.h"
#include "models/threads/sync.h"

/* model.variant of the family */
enum { THREADS_GIL = 1 };

/* Per task where the crew asks for none: room for a deep libc call, small enough for 10 000. */
enum { THREAD_STACK_DEFAULT_BYTES = 256 * 1024 };

extern const struct crew_ops sequential_crew_ops;
extern const struct crew_ops threads_crew_ops;
extern const struct crew_ops thread_pool_crew_ops;

/* The family's word_wait and word_wake (model.h); the word may lie in memory of several processes.
 */
int thread_word_wait(_Atomic uint32_t *word, uint32_t old);
void thread_word_wake(_Atomic uint32_t *word);

#endif
