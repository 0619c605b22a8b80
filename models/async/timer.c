/*
 * The heap of timers.
 */
#include "models/async/timer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

enum { CHILDREN = 4, ROOM_FIRST = 64 };

static bool before(struct async_timer_node a, struct async_timer_node b)
{
	return a.deadline_ns != b.deadline_ns ? a.deadline_ns < b.deadline_ns
					      : a.timer->armed < b.timer->armed;
}

static void put(struct async_timers *timers, uint32_t at, struct async_timer_node node)
{
	timers->nodes[at] = node;
	node.timer->place = at + 1;
}

static void rise(struct async_timers *timers, uint32_t at, struct async_timer_node node)
{
	while (at > 0) {
		uint32_t parent = (at - 1) / CHILDREN;

		if (!before(node, timers->nodes[parent]))
			break;
		put(timers, at, timers->nodes[parent]);
		at = parent;
	}
	put(timers, at, node);
}

static void sink(struct async_timers *timers, uint32_t at, struct async_timer_node node)
{
	for (;;) {
		uint64_t first = (uint64_t)at * CHILDREN + 1, end = first + CHILDREN;

		if (first >= timers->count)
			break;
		if (end > timers->count)
			end = timers->count;
		uint32_t least = (uint32_t)first;
		for (uint32_t child = least + 1; child < end; child++)
			if (before(timers->nodes[child], timers->nodes[least]))
				least = child;
		if (!before(timers->nodes[least], node))
			break;
		put(timers, at, timers->nodes[least]);
		at = least;
	}
	put(timers, at, node);
}

int async_timer_arm(struct async_timers *timers, struct async_timer *timer)
{
	if (timers->count == timers->room) {
		uint32_t room = timers->room == 0 ? ROOM_FIRST : timers->room * 2;
		void *nodes = realloc(timers->nodes, room * sizeof *timers->nodes);

		if (nodes == NULL)
			return -ENOMEM;
		timers->nodes = nodes;
		timers->room = room;
	}
	timer->armed = timers->armed++;
	rise(timers, timers->count++, (struct async_timer_node){timer->deadline_ns, timer});
	return 0;
}

void async_timer_disarm(struct async_timers *timers, struct async_timer *timer)
{
	if (timer->place == 0)
		return;
	uint32_t at = timer->place - 1;
	struct async_timer_node last = timers->nodes[--timers->count];

	timer->place = 0;
	if (at == timers->count)
		return;
	if (at > 0 && before(last, timers->nodes[(at - 1) / CHILDREN]))
		rise(timers, at, last);
	else
		sink(timers, at, last);
}

size_t async_timers_fire(struct async_timers *timers, uint64_t now_ns)
{
	size_t fired = 0;

	while (timers->count > 0 && timers->nodes[0].deadline_ns <= now_ns) {
		struct async_timer *timer = timers->nodes[0].timer;

		async_timer_disarm(timers, timer);
		timer->fire(timer);
		fired++;
	}
	return fired;
}

void async_timers_free(struct async_timers *timers)
{
	free(timers->nodes);
	*timers = (struct async_timers){0};
}
