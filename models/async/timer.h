/*
 * Timers: an intrusive heap of deadlines, four children per node.
 *
 * A node keeps its deadline beside the pointer, so that comparing touches the heap only. Equal
 * deadlines fire in the order of arming. Adding at the end of the order costs one comparison,
 * removing from the middle at most one path.
 */
#ifndef CONCBENCH_MODELS_ASYNC_TIMER_H
#define CONCBENCH_MODELS_ASYNC_TIMER_H

#include <stddef.h>
#include <stdint.h>

struct async_timer {
	uint64_t deadline_ns;                    /* CLOCK_MONOTONIC */
	uint64_t armed;                          /* order of arming */
	uint32_t place;                          /* in the heap, 1-based; 0: not armed */
	void (*fire)(struct async_timer *timer); /* called once, disarmed */
};

struct async_timer_node {
	uint64_t deadline_ns;
	struct async_timer *timer;
};

/* All-zero is an empty heap. */
struct async_timers {
	struct async_timer_node *nodes;
	uint32_t count, room;
	uint64_t armed;
};

/*
 * Arms a timer; deadline_ns and fire are set by the caller.
 *   Returns  0, -ENOMEM.   Owner: the caller keeps the timer until it has fired or is disarmed.
 */
int async_timer_arm(struct async_timers *timers, struct async_timer *timer)
	__attribute__((warn_unused_result));

/* Disarms; nothing if it is not armed. */
void async_timer_disarm(struct async_timers *timers, struct async_timer *timer);

/*
 * Fires all timers due at now_ns.
 *   Returns  how many.
 */
size_t async_timers_fire(struct async_timers *timers, uint64_t now_ns);

/* The next deadline, UINT64_MAX if none. */
static inline uint64_t async_timers_next(const struct async_timers *timers)
{
	return timers->count == 0 ? UINT64_MAX : timers->nodes[0].deadline_ns;
}

void async_timers_free(struct async_timers *timers);

#endif
