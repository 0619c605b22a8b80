/*
 * The two processes that an invocation forks: the root of the SUT, and the load process. Each is
 * brought into a known state first, whatever the shell or CI job around it has set.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_SUT_H
#define CONCBENCH_HARNESS_MEASURE_SUT_H

#include "harness/measure/cgroup.h"
#include "harness/workload.h"

/* The body of the SUT's first process, after the fork: own session, prepare, point A, run, finish.
 */
void sut_main(struct orders *orders, const struct control_group *memory,
	const struct control_group *cpu) __attribute__((noreturn));

/* The body of the load process: generator or upstream. */
void load_main(struct orders *orders) __attribute__((noreturn));

#endif
