/*
 * Puts a task on one CPU, for workloads whose answer depends on where the tasks run.
 */
#ifndef CONCBENCH_BENCH_CPU_PIN_H
#define CONCBENCH_BENCH_CPU_PIN_H

#include <errno.h>
#include <sched.h>
#include <stddef.h>

/*
 * Moves the calling thread to the number-th of these CPUs, counted round and round.
 *   cpus     at least one
 *   Returns  0 or -errno.
 *   Threads  any; on an event loop it is the loop that moves.
 */
static inline int cpu_pin(const cpu_set_t *cpus, size_t number)
{
	size_t left = number % (size_t)CPU_COUNT(cpus);
	cpu_set_t one;
	int cpu = 0;

	while (!CPU_ISSET(cpu, cpus) || left-- > 0)
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return sched_setaffinity(0, sizeof(one), &one) != 0 ? -errno : 0;
}

#endif
