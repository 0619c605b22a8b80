/*
 * ring: a token that goes round many tasks.
 */
#ifndef CONCBENCH_BENCH_RING_RING_H
#define CONCBENCH_BENCH_RING_RING_H

#include <stddef.h>

#include "harness/workload.h"

extern const struct workload ring_workload;

int ring_async(struct orders *orders);
int ring_threads(struct orders *orders);
int ring_processes(struct orders *orders);

/* One task's place in the ring. */
struct ring_plan {
	const struct orders *orders;
	int laps;
	size_t turn, next; /* indices of the semaphores */
	uint64_t *token;
	uint64_t start;            /* the token at the start of a round */
	volatile uint64_t *memory; /* this task's own working set */
	size_t lines;
};

/*
 * Readies a task, with its working set in the process it runs in.
 *   Returns  0 or -ENOMEM.  Owner: ring_release, safe also after an error.
 */
int ring_plan(struct ring_plan *plan, const struct slot *slot) __attribute__((warn_unused_result));
void ring_release(struct ring_plan *plan);

/* What a task does while it has the token: reads and writes its working set, then changes the
 * token. */
void ring_turn(const struct ring_plan *plan);

/* The first task makes the token at the start of a round. */
void ring_start(const struct ring_plan *plan);

/* Counts a round's hops; the first task proves them by the token. */
void ring_count(struct slot *slot, const struct ring_plan *plan);

/* Room for one of the family's semaphores. */
enum { RING_SEMAPHORE_ROOM = 256 };

/* Memory for an array of the family's semaphores, one per task; zeroed. */
void *ring_semaphores(const struct orders *orders);

#endif
