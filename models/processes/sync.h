/*
 * Processes that wait for each other: lock, condition, semaphore, event, barrier. The same names
 * with async_ and thread_ mean the same in the other families.
 *
 * Each lies in memory that all its users have mapped shared, and is made before they are forked.
 * Waiting calls take a timeout in ns, SYNC_TRY or SYNC_FOREVER, and return 0 or -ETIMEDOUT. A
 * process may be killed at any moment: a lock it held goes to the next, who is told so; a wake-up
 * it owed comes at most SYNC_RECHECK_NS late. A permit of a semaphore that it held is lost with it.
 */
#ifndef CONCBENCH_MODELS_PROCESSES_SYNC_H
#define CONCBENCH_MODELS_PROCESSES_SYNC_H

#include <pthread.h>

#include "models/sync.h"

struct process_lock {
	pthread_mutex_t mutex;
	_Atomic bool held; /* a hint for who spins: it looks without taking the line from the
			      holder; one that dies leaves it true, and the spin ends in vain */
	struct spin spin;
};

/* From acquire: the lock is held, and the one who held it before died with it. */
enum { PROCESS_LOCK_INHERITED = 1 };

/*
 * A robust lock.
 *   Returns  make: 0 or -errno. acquire: 0, PROCESS_LOCK_INHERITED (what it covers may be half
 *            changed), or -ETIMEDOUT.
 *   Threads  any of any process; released by the one that acquired it.
 */
int process_lock_make(struct process_lock *lock, uint32_t spin_ns)
	__attribute__((warn_unused_result));
int process_lock_acquire(struct process_lock *lock, uint64_t timeout_ns)
	__attribute__((warn_unused_result));
void process_lock_release(struct process_lock *lock);

/* A condition: wait gives the lock up while it waits and holds it again when it returns, also after
   a timeout. It may return early for no reason. PROCESS_LOCK_INHERITED as from acquire. */
struct process_condition {
	struct sync_line line;
};

void process_condition_make(struct process_condition *condition);
int process_condition_wait(struct process_condition *condition, struct process_lock *lock,
	uint64_t timeout_ns) __attribute__((warn_unused_result));

static inline void process_condition_notify(struct process_condition *condition)
{
	sync_line_wake(&condition->line, 1);
}

static inline void process_condition_notify_all(struct process_condition *condition)
{
	sync_line_wake(&condition->line, INT_MAX);
}

struct process_semaphore {
	struct sync_semaphore sync;
};

static inline void process_semaphore_make(
	struct process_semaphore *semaphore, uint32_t value, uint32_t spin_ns)
{
	sync_semaphore_make(&semaphore->sync, value, PARK_SHARED, spin_ns);
}

static inline int process_semaphore_acquire(
	struct process_semaphore *semaphore, uint64_t timeout_ns)
{
	return sync_semaphore_acquire(&semaphore->sync, timeout_ns);
}

static inline void process_semaphore_release(struct process_semaphore *semaphore)
{
	sync_semaphore_release(&semaphore->sync);
}

struct process_event {
	struct sync_event sync;
};

static inline void process_event_make(struct process_event *event, uint32_t spin_ns)
{
	sync_event_make(&event->sync, PARK_SHARED, spin_ns);
}

static inline void process_event_set(struct process_event *event)
{
	sync_event_set(&event->sync);
}

static inline void process_event_clear(struct process_event *event)
{
	sync_event_clear(&event->sync);
}

static inline bool process_event_is_set(struct process_event *event)
{
	return sync_event_is_set(&event->sync);
}

static inline int process_event_wait(struct process_event *event, uint64_t timeout_ns)
{
	return sync_event_wait(&event->sync, timeout_ns);
}

/* A barrier for a fixed number of parties, reusable. One that times out breaks it for all, for
   good: the others get -EPIPE. A party that dies leaves the others waiting for their timeout. */
struct process_barrier {
	struct sync_barrier sync;
};

static inline void process_barrier_make(
	struct process_barrier *barrier, uint32_t parties, uint32_t spin_ns)
{
	sync_barrier_make(&barrier->sync, parties, PARK_SHARED, spin_ns);
}

static inline int process_barrier_wait(struct process_barrier *barrier, uint64_t timeout_ns)
{
	return sync_barrier_wait(&barrier->sync, timeout_ns);
}

#endif
