/*
 * The lock is the C library's robust mutex: the kernel passes it on when its holder dies, which no
 * word of ours in shared memory could.
 */
#include "models/processes/sync.h"

#include <assert.h>
#include <errno.h>

int process_lock_make(struct process_lock *lock, uint32_t spin_ns)
{
	pthread_mutexattr_t attr;
	int rc = pthread_mutexattr_init(&attr);

	if (rc != 0)
		return -rc;
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	rc = pthread_mutex_init(&lock->mutex, &attr);
	pthread_mutexattr_destroy(&attr);
	atomic_init(&lock->held, false);
	spin_make(&lock->spin, spin_ns);
	return -rc;
}

#if defined(__SANITIZE_THREAD__)
/* The sanitizer does not know pthread_mutex_clocklock and would take what it locks for free. */
static int lock_until(pthread_mutex_t *mutex, uint64_t deadline_ns)
{
	int rc;

	while ((rc = pthread_mutex_trylock(mutex)) == EBUSY && park_now_ns() < deadline_ns)
		sched_yield();
	return rc;
}
#else
static int lock_until(pthread_mutex_t *mutex, uint64_t deadline_ns)
{
	struct timespec deadline = {.tv_sec = (time_t)(deadline_ns / 1000000000u),
		.tv_nsec = (long)(deadline_ns % 1000000000u)};

	return pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &deadline);
}
#endif

struct attempt {
	struct process_lock *lock;
	int rc;
};

static bool try_when_free(void *arg)
{
	struct attempt *attempt = arg;

	if (!atomic_load_explicit(&attempt->lock->held, memory_order_relaxed))
		attempt->rc = pthread_mutex_trylock(&attempt->lock->mutex);
	return attempt->rc != EBUSY;
}

static int lock_within(struct process_lock *lock, uint64_t timeout_ns)
{
	struct attempt attempt = {lock, pthread_mutex_trylock(&lock->mutex)};

	if (attempt.rc != EBUSY || timeout_ns == SYNC_TRY)
		return attempt.rc;
	uint64_t now_ns = park_now_ns();
	if (spin_until(&lock->spin, try_when_free, &attempt))
		return attempt.rc;
	if (timeout_ns > UINT64_MAX - now_ns)
		return pthread_mutex_lock(&lock->mutex);
	return lock_until(&lock->mutex, now_ns + timeout_ns);
}

int process_lock_acquire(struct process_lock *lock, uint64_t timeout_ns)
{
	int rc = lock_within(lock, timeout_ns);

	if (rc == 0 || rc == EOWNERDEAD)
		atomic_store_explicit(&lock->held, true, memory_order_relaxed);
	if (rc == EOWNERDEAD) {
		pthread_mutex_consistent(&lock->mutex);
		return PROCESS_LOCK_INHERITED;
	}
	return rc == EBUSY ? -ETIMEDOUT : -rc;
}

void process_lock_release(struct process_lock *lock)
{
	atomic_store_explicit(&lock->held, false, memory_order_relaxed);
	int rc = pthread_mutex_unlock(&lock->mutex);

	assert(rc == 0);
}

void process_condition_make(struct process_condition *condition)
{
	sync_line_make(&condition->line, PARK_SHARED, 0);
}

int process_condition_wait(
	struct process_condition *condition, struct process_lock *lock, uint64_t timeout_ns)
{
	uint32_t ticket = sync_line_join(&condition->line);

	process_lock_release(lock);
	int rc = sync_line_wait(&condition->line, ticket, timeout_ns);
	int locked = process_lock_acquire(lock, SYNC_FOREVER);
	assert(locked >= 0);
	return locked == PROCESS_LOCK_INHERITED ? locked : rc;
}
