/*
 * wakeup: one task that wakes many at once.
 */
#ifndef CONCBENCH_BENCH_WAKEUP_WAKEUP_H
#define CONCBENCH_BENCH_WAKEUP_WAKEUP_H

#include <stdatomic.h>
#include <stdbool.h>

#include "harness/workload.h"

extern const struct workload wakeup_workload;

int wakeup_async(struct orders *orders);
int wakeup_threads(struct orders *orders);
int wakeup_processes(struct orders *orders);

enum { WAKEUP_ROOM = 512 };

/* In the arena. */
struct wakeup_shared {
	void *events[2]; /* of the family's own, WAKEUP_ROOM bytes each; used in turn */
	void *all_awake; /* the family's semaphore, WAKEUP_ROOM bytes */
	uint64_t given_ns __attribute__((aligned(128))); /* when the giver woke them */
	uint64_t given;                                  /* how often it has by then */
	_Atomic uint32_t reported __attribute__((aligned(128)));
};

/* What one task does per round; task 0 gives. */
struct wakeup_plan {
	const struct orders *orders;
	struct wakeup_shared *shared;
	bool gives;
	int operations;
	uint32_t workers;
	uint64_t pause_ns;
	uint64_t seed, task;
};

struct wakeup_plan wakeup_plan(const struct slot *slot);

/*
 * What a wake-up adds to the checksum.
 *   step     how many wake-ups there have been before this one, over the task's life
 *   Returns  a number of this operation's own; 0 for a worker that woke before it was woken.
 */
uint64_t wakeup_proof(const struct wakeup_plan *plan, uint64_t step, int operation);

/*
 * A worker is awake.
 *   Returns  true for the last one of this wake-up.
 */
bool wakeup_report(const struct wakeup_plan *plan);

#endif
