/*
 * sleep: tasks that wait for points in time.
 */
#ifndef CONCBENCH_BENCH_SLEEP_SLEEP_H
#define CONCBENCH_BENCH_SLEEP_SLEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/workload.h"

extern const struct workload sleep_workload;

int sleep_async(struct orders *orders);
int sleep_stackless(struct orders *orders);
int sleep_threads(struct orders *orders);
int sleep_processes(struct orders *orders);

/* What one task does per round. */
struct sleep_plan {
	int operations;
	uint64_t wait_ns; /* of each wait */
	bool periodic;    /* each wait begins when the one before was due, not when it ended */
	size_t touch_bytes;
	uint64_t seed, task;
};

struct sleep_plan sleep_plan(const struct slot *slot);

/*
 * What a wait adds to the checksum, once it is over.
 *   Returns  a number of this operation's own; 0 when the wait ended before its deadline.
 */
uint64_t sleep_proof(const struct sleep_plan *plan, int operation, uint64_t deadline_ns);

#endif
