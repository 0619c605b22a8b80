/*
 * forkjoin: a tree of unequal units of work.
 */
#ifndef CONCBENCH_BENCH_FORKJOIN_FORKJOIN_H
#define CONCBENCH_BENCH_FORKJOIN_FORKJOIN_H

#include <stdatomic.h>
#include <stdbool.h>

#include "harness/workload.h"

extern const struct workload forkjoin_workload;

int forkjoin_async(struct orders *orders);
int forkjoin_threads(struct orders *orders);
int forkjoin_processes(struct orders *orders);

enum {
	FORKJOIN_CHILDREN_MAX = 4,
	FORKJOIN_END = 0 /* not a unit, they count from 1: the round is over for who takes it */
};

struct forkjoin_shared;

/* What one task needs. */
struct forkjoin_plan {
	const struct orders *orders;
	struct forkjoin_shared *shared;
	void *queue, *gates; /* as in struct forkjoin_memory */
	uint64_t tasks, task, seed;
	uint64_t iterations; /* of an average unit */
	uint32_t units;
};

struct forkjoin_plan forkjoin_plan(const struct slot *slot);

/* Where the family makes what the tasks share; zeroed. */
struct forkjoin_memory {
	void *queue;     /* of numbers: units and end marks; FORKJOIN_QUEUE_ROOM, or its address
			  */
	void *gates;     /* two semaphores, of even and odd rounds; FORKJOIN_GATES_ROOM */
	size_t capacity; /* items a round can have in the queue at once */
};
enum { FORKJOIN_QUEUE_ROOM = 1024, FORKJOIN_GATES_ROOM = 512 };

struct forkjoin_memory forkjoin_memory(const struct orders *orders);

/*
 * The gate of the round that the task begins next. There are two, used in turn: with one, a task
 * that is a round ahead would take the permit of one that is behind.
 */
int forkjoin_next_gate(const struct forkjoin_plan *plan);

/* Whether the task must take a permit from that gate first. */
bool forkjoin_needs_permit(const struct forkjoin_plan *plan);

/*
 * Begins the task's next round.
 *   Returns  the root's number if this task is the first, and has to do it; else 0.
 */
uint32_t forkjoin_begin(const struct forkjoin_plan *plan);

/*
 * Does a unit and creates its children.
 *   children  [FORKJOIN_CHILDREN_MAX] numbers of those created
 *   Returns   how many; 0 for a leaf, which is to be joined.
 */
int forkjoin_work(const struct forkjoin_plan *plan, uint32_t number, uint32_t *children);

/* Joins a leaf into its ancestors. Returns  true when the root is done with it. */
bool forkjoin_join(const struct forkjoin_plan *plan, uint32_t number);

/*
 * The task has taken an end mark: counts what it has done in this round.
 *   Returns  how many permits it has to put into the gate of the next round.
 */
uint64_t forkjoin_end(struct slot *slot, const struct forkjoin_plan *plan, uint64_t done);

#endif
