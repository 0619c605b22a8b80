/*
 * How tasks that own their thread wait for a point in time. One mechanism for threads and
 * processes: an absolute deadline does not move when the task is preempted before the call, and its
 * lateness is the timer slack, where poll and epoll add a tenth of a percent.
 */
#ifndef CONCBENCH_BENCH_BLOCK_UNTIL_H
#define CONCBENCH_BENCH_BLOCK_UNTIL_H

#include <errno.h>
#include <stdint.h>
#include <time.h>

/*
 * Blocks the calling thread until deadline_ns, at once if it has passed.
 *   deadline_ns  CLOCK_MONOTONIC
 *   Returns      0 or -errno; interruptions by signals are waited through.
 *   Threads      any.
 */
static inline int block_until(uint64_t deadline_ns)
{
	const struct timespec deadline = {.tv_sec = (time_t)(deadline_ns / 1000000000u),
		.tv_nsec = (long)(deadline_ns % 1000000000u)};
	int error;

	do
		error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
	while (error == EINTR);
	return -error;
}

#endif
