/*
 * sleep: one operation is one wait. N tasks waiting for d at once should take d, not N d; what is
 * left over is the price of timers and of waking. The latency is the wait as it was, not as it was
 * asked for, so the lateness is the latency minus d.
 *
 *	together   all waits are d: every deadline comes due at once
 *	staggered  task i waits between d/2 and 3d/2, d on average: deadlines are spread evenly
 *	periodic   task i's k-th wait is due k d after the round began: lateness does not add up
 *
 * Every task uses stack after each wait, lest this be a test of the timer heap alone.
 */
#include "bench/sleep/sleep.h"

#include "bench/draw.h"
#include "bench/stack_touch.h"
#include "harness/measure/clock.h"

enum { SLEEP_TASKS, SLEEP_OPERATIONS, SLEEP_WAIT, SLEEP_PATTERN, SLEEP_TOUCH };
enum pattern { TOGETHER, STAGGERED, PERIODIC };

static const char *const patterns[] = {
	[TOGETHER] = "together", [STAGGERED] = "staggered", [PERIODIC] = "periodic", NULL};

/* Sized so that a round of sequential, tasks x operations x wait, fits into a short window. */
static const struct param sleep_params[] = {
	[SLEEP_TASKS] = {"tasks", "tasks that wait at the same time", PARAM_COUNT, 1, 2000000, 4,
		20, NULL},
	[SLEEP_OPERATIONS] = {"operations", "waits of each task per round", PARAM_COUNT, 1, 1000000,
		2, 1, NULL},
	[SLEEP_WAIT] = {"wait", "length of a wait, the average if staggered", PARAM_DURATION, 1000,
		3600000000000, 1000000, 5000000, NULL},
	[SLEEP_PATTERN] = {"pattern", "how the deadlines lie", PARAM_CHOICE, TOGETHER, PERIODIC,
		TOGETHER, TOGETHER, patterns},
	[SLEEP_TOUCH] = {"touch", "stack each task uses after each wait", PARAM_BYTES, 0, 1 << 30,
		1024, 4096, NULL},
	{0},
};

struct sleep_plan sleep_plan(const struct slot *slot)
{
	const struct orders *orders = slot->orders;
	const int64_t *values = orders->values;
	struct sleep_plan plan = {.operations = (int)values[SLEEP_OPERATIONS],
		.wait_ns = (uint64_t)values[SLEEP_WAIT],
		.periodic = values[SLEEP_PATTERN] == PERIODIC,
		.touch_bytes = (size_t)values[SLEEP_TOUCH],
		.seed = orders->seed,
		.task = (uint64_t)slot->index};

	if (values[SLEEP_PATTERN] == STAGGERED) {
		uint64_t tasks = (uint64_t)orders->tasks;
		plan.wait_ns = plan.wait_ns * (2 * plan.task + 1 + tasks) / (2 * tasks);
	}
	return plan;
}

uint64_t sleep_proof(const struct sleep_plan *plan, int operation, uint64_t deadline_ns)
{
	if (clock_now_ns() < deadline_ns)
		return 0;
	return draw(plan->seed, plan->task, (uint64_t)operation);
}

static size_t sleep_arena_bytes(const struct orders *orders)
{
	(void)orders;
	return 0;
}

static int sleep_prepare(struct orders *orders)
{
	return stack_touch_fits(orders, orders->values[SLEEP_TOUCH]);
}

static void sleep_finish(struct orders *orders)
{
	(void)orders;
}

const struct workload sleep_workload = {
	.name = "sleep",
	.summary = "many tasks that wait for points in time",
	.kind = "I/O",
	.operation = "one wait",
	.params = sleep_params,
	.concurrency = SLEEP_TASKS,
	.flags = WORKLOAD_NO_CHUNKS,
	.pool = POOL_TASKS,
	.arena_bytes = sleep_arena_bytes,
	.prepare = sleep_prepare,
	.finish = sleep_finish,
	.run = {[FAMILY_ASYNC] = sleep_async,
		[FAMILY_STACKLESS] = sleep_stackless,
		[FAMILY_THREADS] = sleep_threads,
		[FAMILY_PROCESSES] = sleep_processes},
};
