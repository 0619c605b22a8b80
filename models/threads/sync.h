/*
 * Threads that wait for each other: lock, condition, semaphore, event, barrier. The same names with
 * async_ and process_ mean the same in the other families.
 *
 * Each lies in the caller's memory, needs no end, and must be made before it is used. Waiting calls
 * take a timeout in ns, SYNC_TRY or SYNC_FOREVER, and return 0 or -ETIMEDOUT. A waiter may spin
 * before it sleeps, at most the
 * spin_ns that each is made with and never on one CPU (models/spin.h). No order among waiters is
 * promised.
 */
#ifndef CONCBENCH_MODELS_THREADS_SYNC_H
#define CONCBENCH_MODELS_THREADS_SYNC_H

#include "models/sync.h"

struct thread_lock {
	_Atomic uint32_t state; /* 0 free, 1 held, 2 held and somebody may sleep */
	struct spin spin;
};

/* A lock that knows no owner. */
void thread_lock_make(struct thread_lock *lock, uint32_t spin_ns);
int thread_lock_acquire(struct thread_lock *lock, uint64_t timeout_ns)
	__attribute__((warn_unused_result));
void thread_lock_release(struct thread_lock *lock);

/* A condition: wait gives the lock up while it waits and holds it again when it returns, also after
   a timeout. It may return early for no reason. */
struct thread_condition {
	struct sync_line line;
};

void thread_condition_make(struct thread_condition *condition);
int thread_condition_wait(struct thread_condition *condition, struct thread_lock *lock,
	uint64_t timeout_ns) __attribute__((warn_unused_result));

static inline void thread_condition_notify(struct thread_condition *condition)
{
	sync_line_wake(&condition->line, 1);
}

static inline void thread_condition_notify_all(struct thread_condition *condition)
{
	sync_line_wake(&condition->line, INT_MAX);
}

struct thread_semaphore {
	struct sync_semaphore sync;
};

static inline void thread_semaphore_make(
	struct thread_semaphore *semaphore, uint32_t value, uint32_t spin_ns)
{
	sync_semaphore_make(&semaphore->sync, value, PARK_PROCESS, spin_ns);
}

static inline int thread_semaphore_acquire(struct thread_semaphore *semaphore, uint64_t timeout_ns)
{
	return sync_semaphore_acquire(&semaphore->sync, timeout_ns);
}

static inline void thread_semaphore_release(struct thread_semaphore *semaphore)
{
	sync_semaphore_release(&semaphore->sync);
}

struct thread_event {
	struct sync_event sync;
};

static inline void thread_event_make(struct thread_event *event, uint32_t spin_ns)
{
	sync_event_make(&event->sync, PARK_PROCESS, spin_ns);
}

static inline void thread_event_set(struct thread_event *event)
{
	sync_event_set(&event->sync);
}

static inline void thread_event_clear(struct thread_event *event)
{
	sync_event_clear(&event->sync);
}

static inline bool thread_event_is_set(struct thread_event *event)
{
	return sync_event_is_set(&event->sync);
}

static inline int thread_event_wait(struct thread_event *event, uint64_t timeout_ns)
{
	return sync_event_wait(&event->sync, timeout_ns);
}

/* A barrier for a fixed number of parties, reusable. One that times out breaks it for all, for
   good: the others get -EPIPE. */
struct thread_barrier {
	struct sync_barrier sync;
};

static inline void thread_barrier_make(
	struct thread_barrier *barrier, uint32_t parties, uint32_t spin_ns)
{
	sync_barrier_make(&barrier->sync, parties, PARK_PROCESS, spin_ns);
}

static inline int thread_barrier_wait(struct thread_barrier *barrier, uint64_t timeout_ns)
{
	return sync_barrier_wait(&barrier->sync, timeout_ns);
}

#endif
