/*
 * The global lock, after CPython's ceval_gil: a flag under a mutex, a condition for its release,
 * and a forced switch. A waiter that times out asks for the lock; the holder gives it up at its
 * next checkpoint and does not go on before another has taken it, else it would win the race
 * against every thread that has to be woken.
 */
#include "models/threads/gil.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <time.h>

bool gil_exists;
_Atomic bool gil_wanted;

static struct {
	pthread_mutex_t mutex;
	/* under mutex */
	pthread_cond_t released; /* held has become false */
	pthread_cond_t switched; /* last_holder has changed */
	bool held;
	const void *last_holder;
	uint64_t switches;
	uint64_t acquisitions;
	/* set by gil_open */
	uint64_t interval_ns;
} gil = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* Its address names the thread; its value says that the thread is a task of the model. */
static _Thread_local bool is_task;

int gil_open(uint64_t interval_ns)
{
	pthread_condattr_t monotonic;

	if (gil_exists)
		return -EBUSY;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&gil.released, &monotonic);
	pthread_cond_init(&gil.switched, NULL);
	pthread_condattr_destroy(&monotonic);
	gil.held = false;
	gil.last_holder = NULL;
	gil.switches = gil.acquisitions = 0;
	gil.interval_ns = interval_ns != 0 ? interval_ns : GIL_INTERVAL_NS;
	atomic_store(&gil_wanted, false);
	gil_exists = true;
	return 0;
}

void gil_close(void)
{
	if (!gil_exists)
		return;
	gil_exists = false;
	pthread_cond_destroy(&gil.switched);
	pthread_cond_destroy(&gil.released);
}

static struct timespec interval_from_now(void)
{
	struct timespec deadline;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	uint64_t ns = (uint64_t)deadline.tv_nsec + gil.interval_ns;
	deadline.tv_sec += (time_t)(ns / 1000000000u);
	deadline.tv_nsec = (long)(ns % 1000000000u);
	return deadline;
}

static void acquire_locked(void)
{
	while (gil.held) {
		uint64_t before = gil.acquisitions;
		struct timespec deadline = interval_from_now();
		int rc = pthread_cond_timedwait(&gil.released, &gil.mutex, &deadline);
		if (rc == ETIMEDOUT && gil.held && gil.acquisitions == before)
			atomic_store_explicit(&gil_wanted, true, memory_order_relaxed);
	}
	gil.held = true;
	gil.acquisitions++;
	atomic_store_explicit(&gil_wanted, false, memory_order_relaxed);
	if (gil.last_holder != &is_task) {
		if (gil.last_holder != NULL)
			gil.switches++;
		gil.last_holder = &is_task;
		pthread_cond_broadcast(&gil.switched);
	}
}

static void release_locked(void)
{
	gil.held = false;
	pthread_cond_signal(&gil.released);
}

void gil_acquire(void)
{
	if (!is_task)
		return;
	pthread_mutex_lock(&gil.mutex);
	acquire_locked();
	pthread_mutex_unlock(&gil.mutex);
}

void gil_release(void)
{
	if (!is_task)
		return;
	pthread_mutex_lock(&gil.mutex);
	release_locked();
	pthread_mutex_unlock(&gil.mutex);
}

void gil_hand_over(void)
{
	if (!is_task)
		return;
	pthread_mutex_lock(&gil.mutex);
	/* Whoever asked waits for it still: a waiter leaves only by taking the lock. */
	if (atomic_load_explicit(&gil_wanted, memory_order_relaxed)) {
		release_locked();
		while (gil.last_holder == &is_task)
			pthread_cond_wait(&gil.switched, &gil.mutex);
		acquire_locked();
	}
	pthread_mutex_unlock(&gil.mutex);
}

void gil_task_begin(void)
{
	if (!gil_exists)
		return;
	is_task = true;
	gil_acquire();
}

void gil_task_end(void)
{
	if (!gil_exists)
		return;
	gil_release();
	is_task = false;
}

uint64_t gil_switches(void)
{
	pthread_mutex_lock(&gil.mutex);
	uint64_t switches = gil.switches;
	pthread_mutex_unlock(&gil.mutex);
	return switches;
}
