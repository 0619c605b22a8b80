/*
 * How a server whose tasks accept again and again hears that it is over: the load process says so
 * in shared memory and connects until every task has had a connection that shows it.
 */
#ifndef CONCBENCH_HARNESS_LOAD_FAREWELL_H
#define CONCBENCH_HARNESS_LOAD_FAREWELL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "harness/load/endpoint.h"

struct orders;

/* In the arena; zero at first. */
struct farewell {
	_Atomic bool said;
	_Atomic int heard; /* tasks that will accept no more */
};

/* A task has accepted a connection: is it the last? Then it is counted. */
static inline bool farewell_heard(struct farewell *farewell)
{
	if (!atomic_load_explicit(&farewell->said, memory_order_relaxed))
		return false;
	atomic_fetch_add(&farewell->heard, 1);
	return true;
}

/* Says it to all tasks; returns when they have heard, or the invocation is torn down. */
void farewell_say(struct farewell *farewell, struct orders *orders, enum endpoint_family family);

#endif
