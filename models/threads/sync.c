/*
 * Lock after Drepper's third mutex ("Futexes Are Tricky"), with a spin before the first sleep; and
 * the condition that goes with it.
 */
#include "models/threads/sync.h"

#include <assert.h>

#include "models/threads/gil.h"

void thread_lock_make(struct thread_lock *lock, uint32_t spin_ns)
{
	atomic_init(&lock->state, 0);
	spin_make(&lock->spin, spin_ns);
}

static bool try_lock(struct thread_lock *lock)
{
	uint32_t free_state = 0;

	return atomic_compare_exchange_strong_explicit(
		&lock->state, &free_state, 1, memory_order_acquire, memory_order_relaxed);
}

static bool try_when_free(void *arg)
{
	struct thread_lock *lock = arg;

	return atomic_load_explicit(&lock->state, memory_order_relaxed) == 0 && try_lock(lock);
}

int thread_lock_acquire(struct thread_lock *lock, uint64_t timeout_ns)
{
	if (try_lock(lock))
		return 0;
	if (timeout_ns == SYNC_TRY)
		return -ETIMEDOUT;
	uint64_t now_ns = park_now_ns();
	uint64_t deadline_ns =
		timeout_ns > UINT64_MAX - now_ns ? PARK_FOREVER : now_ns + timeout_ns;
	/* Under the global lock what it spins for could not happen. */
	if (!gil_exists && spin_until(&lock->spin, try_when_free, lock))
		return 0;
	int rc = 0;
	gil_leave();
	/* Who has slept does not know whether others still do, so it takes the lock as contended.
	 */
	while (rc == 0 && atomic_exchange_explicit(&lock->state, 2, memory_order_acquire) != 0)
		rc = park_wait(&lock->state, 2, deadline_ns, PARK_PROCESS);
	gil_enter();
	return rc;
}

void thread_lock_release(struct thread_lock *lock)
{
	uint32_t before = atomic_exchange_explicit(&lock->state, 0, memory_order_release);

	assert(before != 0);
	if (before == 2)
		park_wake(&lock->state, 1, PARK_PROCESS);
}

void thread_condition_make(struct thread_condition *condition)
{
	sync_line_make(&condition->line, PARK_PROCESS, 0);
}

int thread_condition_wait(
	struct thread_condition *condition, struct thread_lock *lock, uint64_t timeout_ns)
{
	uint32_t ticket = sync_line_join(&condition->line);

	thread_lock_release(lock);
	int rc = sync_line_wait(&condition->line, ticket, timeout_ns);
	int locked = thread_lock_acquire(lock, SYNC_FOREVER);
	assert(locked == 0);
	return rc;
}
