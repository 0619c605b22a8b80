/*
 * queue: items from producers to consumers.
 */
#ifndef CONCBENCH_BENCH_QUEUE_QUEUE_H
#define CONCBENCH_BENCH_QUEUE_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "harness/workload.h"

extern const struct workload queue_workload;

int queue_async(struct orders *orders);
int queue_threads(struct orders *orders);
int queue_processes(struct orders *orders);

/* The item that ends a consumer's round. */
enum { QUEUE_END = 0 };

/* What one task does per round. */
struct queue_plan {
	const struct orders *orders;
	void *queue; /* as queue_memory */
	bool produces;
	int items; /* of a producer */
	uint64_t producers, consumers;
	uint64_t seed, task;
	_Atomic uint64_t *finished;
};

struct queue_plan queue_plan(const struct slot *slot);

/* Counts a consumer's round, whose proofs have been added up. */
void queue_count(struct slot *slot, uint64_t items, uint64_t proof);

/* Room for the family's queue, or its address, and where that is; zeroed. */
enum { QUEUE_ROOM = 1024 };
void *queue_memory(const struct orders *orders);

/* How many items the queue holds; without a bound: as many as can be in it at once. */
size_t queue_capacity(const struct orders *orders);

/* The number-th item of a producer: never QUEUE_END. */
uint64_t queue_item(const struct queue_plan *plan, int number);

/*
 * A producer has put all its items of a round.
 *   Returns  how many QUEUE_END it has to put: one per consumer if it was the last, else 0.
 */
uint64_t queue_ends(const struct queue_plan *plan);

/* What an item that arrived adds to the checksum. */
static inline uint64_t queue_proof(uint64_t item)
{
	return item * 0x9e3779b97f4a7c15u;
}

#endif
