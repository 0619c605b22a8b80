/*
 * A global lock as CPython's: one thread computes at a time, those that wait for the world do not
 * hold it, and a holder hands it over when someone has waited for a switch interval.
 *
 * Only the model threads-gil has it. Tasks bracket every waiting call with gil_leave and gil_enter
 * and call gil_checkpoint once per operation; without the lock each is one branch never taken.
 */
#ifndef CONCBENCH_MODELS_THREADS_GIL_H
#define CONCBENCH_MODELS_THREADS_GIL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* sys.setswitchinterval's default */
enum { GIL_INTERVAL_NS = 5000000 };

/* Whether there is a lock; changes only while no task runs. */
extern bool gil_exists;
/* Somebody has waited for a switch interval. */
extern _Atomic bool gil_wanted;

/* The calls behind the branch; a thread that is no task of the model passes through. */
void gil_release(void);
void gil_acquire(void);
void gil_hand_over(void);

static inline void gil_leave(void)
{
	if (__builtin_expect(gil_exists, 0))
		gil_release();
}

static inline void gil_enter(void)
{
	if (__builtin_expect(gil_exists, 0))
		gil_acquire();
}

static inline void gil_checkpoint(void)
{
	if (__builtin_expect(gil_exists, 0) &&
		atomic_load_explicit(&gil_wanted, memory_order_relaxed))
		gil_hand_over();
}

/*
 * Makes the lock / takes it away.
 *   interval_ns  how long one waits before the holder is asked, 0 = GIL_INTERVAL_NS
 *   Returns      0; -EBUSY if it exists already: there is one per process.
 *   Threads      before tasks start / after they ended.
 */
int gil_open(uint64_t interval_ns) __attribute__((warn_unused_result));
void gil_close(void);

/* A thread's first and last act as a task: it takes part in the lock and holds it. */
void gil_task_begin(void);
void gil_task_end(void);

/* How often the lock went from one task to another since the last gil_open. */
uint64_t gil_switches(void);

#endif
