/*
 * Waiting until something is so, for threads and for processes: what the two families' semaphore,
 * event, condition, barrier and queue are made of.
 *
 * A line counts who may be waiting, so that nobody makes a system call to wake nobody. A waiter
 * joins the line, tries once more, then sleeps until the line's sequence moves; who makes the thing
 * so does that first and looks at the line afterwards. All of it is seq_cst. Waiters of one process
 * leave the global lock while they sleep (models/threads/gil.h). Waiters in shared memory look
 * again every SYNC_RECHECK_NS, because a process can be killed between making it so and waking.
 */
#ifndef CONCBENCH_MODELS_SYNC_H
#define CONCBENCH_MODELS_SYNC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "models/park.h"
#include "models/spin.h"

/* timeout_ns of every waiting call: do not wait / wait for ever */
#define SYNC_TRY     UINT64_C(0)
#define SYNC_FOREVER UINT64_MAX

enum { SYNC_RECHECK_NS = 50000000 };

struct sync_line {
	_Atomic uint32_t sequence;
	_Atomic uint32_t waiters;
	enum park_scope scope;
	struct spin spin;
};

/*
 * Makes a line, in zeroed or any memory that all its users see.
 *   spin_ns  how long a waiter spins at most before it sleeps; on one CPU never, whatever it says
 */
void sync_line_make(struct sync_line *line, enum park_scope scope, uint32_t spin_ns);

/*
 * Waits until attempt(arg) is true; it is called several times.
 *   Returns  0, or -ETIMEDOUT after timeout_ns without success.
 *   Threads  any.
 */
int sync_line_until(struct sync_line *line, spin_try_fn *attempt, void *arg, uint64_t timeout_ns)
	__attribute__((warn_unused_result));

/* Wakes count of the waiters; after the thing they wait for was made so. */
static inline void sync_line_wake(struct sync_line *line, int count)
{
	if (atomic_load(&line->waiters) == 0)
		return;
	atomic_fetch_add(&line->sequence, 1);
	park_wake(&line->sequence, count, line->scope);
}

/* For waiting that begins under a lock: join it holding the lock, wait without it. */
uint32_t sync_line_join(struct sync_line *line);
int sync_line_wait(struct sync_line *line, uint32_t ticket, uint64_t timeout_ns)
	__attribute__((warn_unused_result));

/* spin_ns of each make: as in sync_line_make */

struct sync_semaphore {
	_Atomic uint32_t value;
	struct sync_line line;
};

void sync_semaphore_make(
	struct sync_semaphore *semaphore, uint32_t value, enum park_scope scope, uint32_t spin_ns);
int sync_semaphore_acquire(struct sync_semaphore *semaphore, uint64_t timeout_ns)
	__attribute__((warn_unused_result));
void sync_semaphore_release(struct sync_semaphore *semaphore);

struct sync_event {
	_Atomic uint32_t set;
	struct sync_line line;
};

void sync_event_make(struct sync_event *event, enum park_scope scope, uint32_t spin_ns);
void sync_event_set(struct sync_event *event);
void sync_event_clear(struct sync_event *event);
bool sync_event_is_set(struct sync_event *event);
int sync_event_wait(struct sync_event *event, uint64_t timeout_ns)
	__attribute__((warn_unused_result));

struct sync_barrier {
	uint32_t parties;
	/* generation << 32 | how many have arrived; a broken barrier stays broken */
	_Atomic uint64_t arrived;
	_Atomic bool broken;
	struct sync_line line;
};

void sync_barrier_make(
	struct sync_barrier *barrier, uint32_t parties, enum park_scope scope, uint32_t spin_ns);
int sync_barrier_wait(struct sync_barrier *barrier, uint64_t timeout_ns)
	__attribute__((warn_unused_result));

#endif
