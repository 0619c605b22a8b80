/*
 * switch: two tasks that hand a token to and fro.
 */
#ifndef CONCBENCH_BENCH_SWITCH_SWITCH_H
#define CONCBENCH_BENCH_SWITCH_SWITCH_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/workload.h"

extern const struct workload switch_workload;

int switch_async(struct orders *orders);
int switch_stackless(struct orders *orders);
int switch_threads(struct orders *orders);
int switch_processes(struct orders *orders);

/* What one task of a pair does; the first of each pair begins, and counts. */
struct switch_plan {
	const struct orders *orders;
	int operations; /* round trips per round */
	bool first;
	size_t turn, turn_of_other; /* indices of the family's semaphores */
	uint64_t *token;            /* of the pair */
	uint64_t start;             /* the token at the start of a round */
};

/*
 * Readies a task: puts it where the placement says.
 *   Returns  0 or -errno.
 */
int switch_plan(struct switch_plan *plan, const struct slot *slot)
	__attribute__((warn_unused_result));

/* What holding the token does to it: no turn can be left out, and none taken twice. */
static inline void switch_turn(uint64_t *token, uint64_t turn)
{
	*token = (*token ^ (*token >> 29)) * 0xbf58476d1ce4e5b9u + turn;
}

/* Counts a round of the pair; the token proves it. */
void switch_count(struct slot *slot, const struct switch_plan *plan);

/* Room for one of the family's semaphores. */
enum { SWITCH_SEMAPHORE_ROOM = 256 };

/* Memory for an array of the family's semaphores, one per task; zeroed. */
void *switch_semaphores(const struct orders *orders);

#endif
