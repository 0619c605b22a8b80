/*
 * Where a model stops: more and more tasks until a limit says no, or until going on would take from
 * others what they need.
 */
#ifndef CONCBENCH_HARNESS_FIND_LIMIT_H
#define CONCBENCH_HARNESS_FIND_LIMIT_H

#include <stdbool.h>

#include "harness/measure/limits.h"
#include "harness/measure/supervisor.h"

/* What a search runs and looks at; a test puts its own in place. */
struct limit_world {
	int (*invoke)(const struct plan *plan, struct record *record, int *signal);
	int (*rooms)(struct limit_room rooms[LIMIT_ROOMS_MAX]);
	int (*own_rooms)(struct limit_room rooms[LIMIT_ROOMS_MAX]);
	uint64_t (*now_ns)(void);
};
extern const struct limit_world limit_world; /* this machine */

enum { LIMIT_FIRST_TASKS = 64, LIMIT_GROWTH = 16 };

enum limit_end {
	LIMIT_MET,       /* tasks is where it stopped; text names the limit */
	LIMIT_NOT_MET,   /* at least so many; text names what would come next, or what went wrong */
	LIMIT_NO_SEARCH, /* the cell is not possible or failed otherwise; text says why */
};

struct limit_found {
	enum limit_end end;
	int64_t tasks;
	char text[RECORD_REASON_MAX + 320];
	int signal; /* that interrupted the search, else 0 */
};

/*
 * Searches. Shared limits and half of the memory that is free are never used beyond 80 % and 100 %;
 * everything that was started has ended when it returns.
 *   time_ns  how long it should take: a step that would probably take longer is not made, a smaller
 *            one instead while that gains something; one step may still be longer. 0: no bound
 *   Threads  one at a time, from a process with one thread and no children.
 */
void limit_find(struct limit_found *found, const struct limit_world *world,
	const struct workload *workload, const struct model *model, uint64_t time_ns);

#endif
