/*
 * The executor in earnest: `/proc/self/exe exec WORKLOAD/MODEL …` in a fresh process per
 * invocation.
 */
#ifndef CONCBENCH_HARNESS_RUN_PROCESS_H
#define CONCBENCH_HARNESS_RUN_PROCESS_H

#include "harness/run/executor.h"

struct process_executor {
	struct executor executor;
	const char *program; /* NULL = /proc/self/exe */
};

/* An executor of fresh processes.   Threads: one at a time. */
void process_executor_init(struct process_executor *process);

#endif
