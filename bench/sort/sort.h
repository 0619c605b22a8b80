/*
 * sort: a parallel merge sort of shared data.
 */
#ifndef CONCBENCH_BENCH_SORT_SORT_H
#define CONCBENCH_BENCH_SORT_SORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "harness/workload.h"

extern const struct workload sort_workload;

int sort_async(struct orders *orders);
int sort_threads(struct orders *orders);
int sort_processes(struct orders *orders);

struct sort_shared;

/* What one task needs. */
struct sort_plan {
	const struct orders *orders;
	struct sort_shared *shared;
	void *gates; /* see sort_gates */
	size_t tasks, task, elements;
	bool copies;
	uint64_t *private_data; /* where the task sorts if it copies: twice its part */
};

struct sort_plan sort_plan(const struct slot *slot);

/*
 * Begins the task's next round.
 *   Returns  the gate from which it has to take a permit first, or -1.
 */
int sort_begin(const struct sort_plan *plan);

/* Sorts the task's own part. */
void sort_part(const struct sort_plan *plan);

/*
 * Merges what the task was the second to reach, as far up as it goes, and counts its part. Whoever
 * makes the last merge proves the round; wrong data give a wrong checksum.
 *   Returns   how many permits the task has to put into the gate of the next round.
 */
uint64_t sort_merge(struct slot *slot, const struct sort_plan *plan);

/* The gate of the round that the task begins next. */
int sort_next_gate(const struct sort_plan *plan);

/*
 * Where the family makes two semaphores, one after the other; zeroed. They are the gates of even
 * and of odd rounds: with one, a task that is a round ahead would take the permit of one that is
 * behind.
 */
enum { SORT_GATES_ROOM = 512 };
void *sort_gates(const struct orders *orders);

#endif
