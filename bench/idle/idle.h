/*
 * idle: tasks that are alive and wait.
 */
#ifndef CONCBENCH_BENCH_IDLE_IDLE_H
#define CONCBENCH_BENCH_IDLE_IDLE_H

#include <stddef.h>

#include "harness/workload.h"

extern const struct workload idle_workload;

int idle_async(struct orders *orders);
int idle_stackless(struct orders *orders);
int idle_threads(struct orders *orders);
int idle_processes(struct orders *orders);

/* What every task does per round. */
struct idle_plan {
	uint64_t hold_ns;
	size_t touch_bytes;
	uint64_t proof; /* this task's addition to the checksum */
};

struct idle_plan idle_plan(const struct slot *slot);

#endif
