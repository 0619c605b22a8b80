/*
 * idle: one operation is one task that was alive and waiting for a while. There is nothing to be
 * fast at; the figure is memory per task, and how many tasks a model can hold at all.
 *
 * Memory is read twice while nothing moves: before the first task exists, and when every task has
 * used its stack and waits at the gate of its family. Resident set size would show a thread as 8
 * KiB and count a child's inherited pages as its own.
 */
#include "bench/idle/idle.h"

#include "bench/draw.h"
#include "bench/stack_touch.h"
#include "harness/measure/clock.h"

enum { IDLE_TASKS, IDLE_HOLD, IDLE_TOUCH };

static const struct param idle_params[] = {
	[IDLE_TASKS] = {"tasks", "tasks alive at once", PARAM_COUNT, 1, 2000000, 16, 1000, NULL},
	[IDLE_HOLD] = {"hold", "how long they wait in a round", PARAM_DURATION, 1000, 3600000000000,
		5000000, 50000000, NULL},
	[IDLE_TOUCH] = {"touch", "stack each task uses before it waits", PARAM_BYTES, 0, 1 << 30, 0,
		0, NULL},
	{0},
};

struct idle_plan idle_plan(const struct slot *slot)
{
	const struct orders *orders = slot->orders;

	return (struct idle_plan){.hold_ns = (uint64_t)orders->values[IDLE_HOLD],
		.touch_bytes = (size_t)orders->values[IDLE_TOUCH],
		.seed = orders->seed,
		.task = (uint64_t)slot->index};
}

uint64_t idle_proof(const struct idle_plan *plan, uint64_t deadline_ns)
{
	return clock_now_ns() < deadline_ns ? 0 : draw(plan->seed, plan->task, 0);
}

static size_t idle_arena_bytes(const struct orders *orders)
{
	(void)orders;
	return 0;
}

static int idle_prepare(struct orders *orders)
{
	return stack_touch_fits(orders, orders->values[IDLE_TOUCH]);
}

static void idle_finish(struct orders *orders)
{
	(void)orders;
}

const struct workload idle_workload = {
	.name = "idle",
	.summary = "tasks that are alive and wait: memory per task",
	.kind = "primitive",
	.operation = "one task alive and waiting",
	.params = idle_params,
	.concurrency = IDLE_TASKS,
	.flags = WORKLOAD_MEET | WORKLOAD_NO_RATE | WORKLOAD_NO_LATENCY | WORKLOAD_NO_CHUNKS,
	.pool = POOL_TASKS,
	.fitted_to = 1000,
	.arena_bytes = idle_arena_bytes,
	.prepare = idle_prepare,
	.finish = idle_finish,
	.run = {[FAMILY_ASYNC] = idle_async,
		[FAMILY_STACKLESS] = idle_stackless,
		[FAMILY_THREADS] = idle_threads,
		[FAMILY_PROCESSES] = idle_processes},
};
