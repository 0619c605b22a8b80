/*
 * What both kernel families park on: the futex, and the pause of a spin loop.
 *
 * A futex of one process is found by address (cheaper), one that several processes map by page.
 */
#ifndef CONCBENCH_MODELS_PARK_H
#define CONCBENCH_MODELS_PARK_H

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum park_scope { PARK_PROCESS = FUTEX_PRIVATE_FLAG, PARK_SHARED = 0 };

enum { PARK_FOREVER = 0 };

static inline uint64_t park_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/*
 * Sleeps while *word == old; may return early for no reason.
 *   deadline_ns  CLOCK_MONOTONIC, PARK_FOREVER = none
 *   Returns      0, or -ETIMEDOUT.
 */
static inline int park_wait(
	_Atomic uint32_t *word, uint32_t old, uint64_t deadline_ns, enum park_scope scope)
{
	struct timespec deadline = {.tv_sec = (time_t)(deadline_ns / 1000000000u),
		.tv_nsec = (long)(deadline_ns % 1000000000u)};
	long rc = syscall(SYS_futex, word, FUTEX_WAIT_BITSET | (int)scope, old,
		deadline_ns == PARK_FOREVER ? NULL : &deadline, NULL, FUTEX_BITSET_MATCH_ANY);

	return rc < 0 && errno == ETIMEDOUT ? -ETIMEDOUT : 0;
}

/* Wakes up to count of those that sleep on the word. Returns how many. */
static inline int park_wake(_Atomic uint32_t *word, int count, enum park_scope scope)
{
	long rc = syscall(SYS_futex, word, FUTEX_WAKE | (int)scope, count, NULL, NULL, 0);

	return rc < 0 ? 0 : (int)rc;
}

/* Tells the CPU that this is a spin loop. */
static inline void park_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/* CPUs this thread may run on, at least 1. */
static inline int park_cpus(void)
{
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
		return (int)sysconf(_SC_NPROCESSORS_ONLN); /* more CPUs than cpu_set_t holds */
	return CPU_COUNT(&cpus);
}

#endif
