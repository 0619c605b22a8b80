/*
 * lock: critical sections on one lock.
 */
#ifndef CONCBENCH_BENCH_LOCK_LOCK_H
#define CONCBENCH_BENCH_LOCK_LOCK_H

#include "harness/workload.h"

extern const struct workload lock_workload;

int lock_async(struct orders *orders);
int lock_threads(struct orders *orders);
int lock_processes(struct orders *orders);

struct lock_shared;

/* What one task does per round. */
struct lock_plan {
	struct lock_shared *shared;
	int operations;
	uint64_t inside, outside; /* iterations of work */
	uint64_t seed, task;
	uint64_t *passed; /* the task's own: how many sections it has passed */
};

struct lock_plan lock_plan(const struct slot *slot);

/* Counts the sections passed in a round, whose proofs have been added up. */
void lock_count(struct slot *slot, const struct lock_plan *plan, uint64_t proof);

/* Room for the family's lock, and where it is; zeroed. */
enum { LOCK_ROOM = 512 };
void *lock_memory(const struct orders *orders);

/* The critical section; the caller holds the lock. */
void lock_inside(const struct lock_plan *plan);

/*
 * What a task does between two sections.
 *   Returns  what the operation adds to the checksum.
 */
uint64_t lock_outside(const struct lock_plan *plan, int operation);

/*
 * After the crew has joined: whether every section counted.
 *   rc       of crew_run
 *   Returns  rc if not 0, else 0 or -EIO.
 */
int lock_verified(struct orders *orders, int rc) __attribute__((warn_unused_result));

#endif
