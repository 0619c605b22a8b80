/*
 * Whether a window's rate stands against the skew of its tasks' start.
 *
 * While tasks start one after the other, fewer work than the rate claims: so the window must be
 * long against the skew. That is no loss where the CPUs were full from the first task to the last,
 * because there are more tasks than CPUs and the late ones only waited for their turn: the work
 * took as long as that much work takes there.
 */
#ifndef CONCBENCH_HARNESS_SKEW_H
#define CONCBENCH_HARNESS_SKEW_H

#include <stdbool.h>

#include "harness/record.h"

enum { SKEW_TIMES = 20, SKEW_FULL_PERCENT = 90 };

/*
 * Does the rate of this window stand?
 *   cpus     how many the SUT was allowed; below 1: unknown, then only the window's length counts
 *   Threads  any.
 */
static inline bool skew_harmless(const struct record_window *window, int cpus)
{
	if (window->ns >= SKEW_TIMES * window->skew_ns)
		return true;
	return cpus >= 1 && (double)window->cpu_ns * 100 >=
				    (double)SKEW_FULL_PERCENT * cpus * (double)window->ns;
}

#endif
