/*
 * The time of a search that may not take for ever: what its steps took says which step still fits.
 */
#ifndef CONCBENCH_HARNESS_FIND_WATCH_H
#define CONCBENCH_HARNESS_FIND_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* What is left of a search's time, and what its steps took; times in ns of one clock. */
struct watch {
	uint64_t until_ns; /* 0: no bound */
	uint64_t first_ns; /* the first one: hardly more than what every step takes anyway */
	uint64_t step_ns;  /* the last one */
	int64_t step_tasks;
};

/* A step has been made. */
void watch_note(struct watch *watch, int64_t tasks, uint64_t took_ns);

/*
 * As many tasks as probably fit into the time that is left, at most `next`: a task may cost half
 * more than it did at the last step, more tasks being slower.
 *   Returns  0: so few more than at the last step that it is not worth it.
 */
int64_t watch_fit(const struct watch *watch, uint64_t now_ns, int64_t next);

/* True if the time that is left is probably enough for a step of so many tasks. */
bool watch_has_time(const struct watch *watch, uint64_t now_ns, int64_t tasks);

/*
 * What a search may take of the time for several, ns.
 *   left_ns  that is left for it and those after it
 *   own_s    what it usually takes to its end; 0: none of these
 *   later_s  what those after it do: it may have all that they do not need, and its part in any
 * case
 */
uint64_t watch_share_ns(uint64_t left_ns, int own_s, int later_s);

#endif
