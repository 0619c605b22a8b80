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
	uint64_t seed, task;
};

struct idle_plan idle_plan(const struct slot *slot);

/*
 * What having waited adds to the checksum.
 *   Returns  a number of this task's own; 0 for a task that went on before its deadline.
 */
uint64_t idle_proof(const struct idle_plan *plan, uint64_t deadline_ns);

#endif
