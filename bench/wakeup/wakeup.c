/*
 * wakeup: one operation is one worker woken. A giver sets an event on which N workers wait; each
 * stamps the moment it runs, and its latency counts from the giver's stamp. The first is woken
 * soon, the last waits for all others to be woken and to run: averages hide that, the tail shows
 * it.
 *
 * The giver pauses before it gives, so that all workers sleep by then; the pause decides the rate.
 * There are two events, used in turn: while one is set and being left, the other is clear.
 */
#include "bench/wakeup/wakeup.h"

#include <errno.h>

#include "bench/draw.h"

enum { WAKEUP_TASKS, WAKEUP_OPERATIONS, WAKEUP_PAUSE };

static const struct param wakeup_params[] = {
	[WAKEUP_TASKS] = {"tasks", "the giver and its workers", PARAM_COUNT, 2, 100000, 4, 17,
		NULL},
	[WAKEUP_OPERATIONS] = {"operations", "times the giver wakes all workers in a round",
		PARAM_COUNT, 1, 1000000, 4, 20, NULL},
	[WAKEUP_PAUSE] = {"pause", "how long the workers may settle before they are woken",
		PARAM_DURATION, 0, 10000000000, 200000, 500000, NULL},
	{0},
};

struct wakeup_plan wakeup_plan(const struct slot *slot)
{
	const struct orders *orders = slot->orders;

	return (struct wakeup_plan){.orders = orders,
		.shared = orders->shared,
		.gives = slot->index == 0,
		.operations = (int)orders->values[WAKEUP_OPERATIONS],
		.workers = (uint32_t)orders->tasks - 1,
		.pause_ns = (uint64_t)orders->values[WAKEUP_PAUSE],
		.seed = orders->seed,
		.task = (uint64_t)slot->index};
}

uint64_t wakeup_proof(const struct wakeup_plan *plan, uint64_t step, int operation)
{
	if (plan->shared->given != step + 1)
		return 0;
	return draw(plan->seed, plan->task, (uint64_t)operation);
}

bool wakeup_report(const struct wakeup_plan *plan)
{
	if (atomic_fetch_add(&plan->shared->reported, 1) + 1 < plan->workers)
		return false;
	atomic_store(&plan->shared->reported, 0);
	return true;
}

static size_t wakeup_arena_bytes(const struct orders *orders)
{
	(void)orders;
	return sizeof(struct wakeup_shared) + 3 * (WAKEUP_ROOM + 128) + 128;
}

static int wakeup_prepare(struct orders *orders)
{
	struct wakeup_shared *shared = arena_take(orders->arena, sizeof(*shared));

	if (shared == NULL)
		return -ENOMEM;
	shared->events[0] = arena_take(orders->arena, WAKEUP_ROOM);
	shared->events[1] = arena_take(orders->arena, WAKEUP_ROOM);
	shared->all_awake = arena_take(orders->arena, WAKEUP_ROOM);
	if (shared->all_awake == NULL)
		return -ENOMEM;
	orders->shared = shared;
	return 0;
}

static void wakeup_finish(struct orders *orders)
{
	orders->shared = NULL;
}

const struct workload wakeup_workload = {
	.name = "wakeup",
	.summary = "one task wakes many at once",
	.kind = "primitive",
	.operation = "one worker woken",
	.params = wakeup_params,
	.concurrency = WAKEUP_TASKS,
	.flags = WORKLOAD_SHARE | WORKLOAD_MEET | WORKLOAD_NO_RATE | WORKLOAD_NO_CHUNKS,
	.pool = POOL_TASKS,
	.arena_bytes = wakeup_arena_bytes,
	.prepare = wakeup_prepare,
	.finish = wakeup_finish,
	.run = {[FAMILY_ASYNC] = wakeup_async,
		[FAMILY_THREADS] = wakeup_threads,
		[FAMILY_PROCESSES] = wakeup_processes},
	.why_not = {[FAMILY_STACKLESS] = "not written for state machines"},
};
