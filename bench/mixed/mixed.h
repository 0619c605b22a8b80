/*
 * mixed: requests that wait and compute.
 */
#ifndef CONCBENCH_BENCH_MIXED_MIXED_H
#define CONCBENCH_BENCH_MIXED_MIXED_H

#include <stdbool.h>

#include "harness/workload.h"

extern const struct workload mixed_workload;

int mixed_async(struct orders *orders);
int mixed_stackless(struct orders *orders);
int mixed_threads(struct orders *orders);
int mixed_processes(struct orders *orders);

/* How the requests of a round are laid out, the same in every model. */
struct mixed_plan {
	const struct orders *orders;
	uint64_t task, tasks, operations;
	uint64_t requests, heavy_requests; /* of a round, over all tasks */
	uint64_t heavy_step, wait_step;    /* see mixed_rank */
};

/* One request. */
struct mixed_request {
	uint64_t wait_ns;
	uint64_t iterations;
	uint64_t value; /* goes through the iterations; afterwards the proof that they were done */
	bool heavy;
};

struct mixed_plan mixed_plan(const struct slot *slot);
struct mixed_request mixed_request(const struct mixed_plan *plan, int operation);

/*
 * The computation of a request: a chain of multiplications in which nothing can be left out.
 *   arg      struct mixed_request
 *   Returns  0.  Threads: any, one at a time per request.
 */
int mixed_compute(void *arg);

/* Counts a request; only light ones have their latency recorded. */
void mixed_end(struct slot *slot, uint64_t start_ns, const struct mixed_request *request);

#endif
