/*
 * switch: one operation is one round trip: a task hands the token to the other of its pair, which
 * hands it back, each parking until its turn comes. It is two switches between tasks and two
 * wake-ups.
 *
 * Where the two run decides the figure more than what they are: on one CPU it is the scheduler's
 * switch, on two it is the inter-processor interrupt and the exit from idle. So the placement is a
 * parameter, and neither of the two is the truth.
 */
#include "bench/switch/switch.h"

#include <errno.h>
#include <sched.h>

#include "bench/cpu_pin.h"
#include "bench/draw.h"

enum { SWITCH_TASKS, SWITCH_OPERATIONS, SWITCH_PLACE };
enum place { TOGETHER, APART, FREE };
enum { TOKEN_WORDS = 16 };

static const char *const places[] = {
	[TOGETHER] = "together", [APART] = "apart", [FREE] = "free", NULL};

static const struct param switch_params[] = {
	[SWITCH_TASKS] = {"tasks", "tasks, in pairs: an even number", PARAM_COUNT, 2, 10000, 2, 2,
		NULL},
	[SWITCH_OPERATIONS] = {"operations", "round trips of each pair per round", PARAM_COUNT, 1,
		10000000, 20, 1000, NULL},
	[SWITCH_PLACE] = {"place", "all on one CPU, pairs on two, or wherever the kernel likes",
		PARAM_CHOICE, TOGETHER, FREE, TOGETHER, TOGETHER, places},
	{0},
};

/* In the arena. */
struct switch_shared {
	uint64_t *tokens; /* [pairs], TOKEN_WORDS apart */
	void *semaphores; /* [tasks] of the family's own */
};

int switch_plan(struct switch_plan *plan, const struct slot *slot)
{
	const struct orders *orders = slot->orders;
	const struct switch_shared *shared = orders->shared;
	const size_t task = (size_t)slot->index, pair = task / 2;

	*plan = (struct switch_plan){.orders = orders,
		.operations = (int)orders->values[SWITCH_OPERATIONS],
		.first = task % 2 == 0,
		.turn = task,
		.turn_of_other = task ^ 1,
		.token = &shared->tokens[pair * TOKEN_WORDS],
		.start = draw(orders->seed, pair, 0)};
	if (orders->values[SWITCH_PLACE] != APART)
		return 0;
	return cpu_pin(&orders->sut_cpus, task);
}

void switch_count(struct slot *slot, const struct switch_plan *plan)
{
	slot_count(slot, (uint64_t)plan->operations, 0, *plan->token);
	slot_chunk(slot, (uint64_t)plan->operations, slot_begin(slot));
}

void *switch_semaphores(const struct orders *orders)
{
	return ((const struct switch_shared *)orders->shared)->semaphores;
}

static size_t switch_arena_bytes(const struct orders *orders)
{
	const size_t tasks = (size_t)orders->tasks;

	return sizeof(struct switch_shared) + tasks * SWITCH_SEMAPHORE_ROOM +
	       (tasks + 1) / 2 * TOKEN_WORDS * sizeof(uint64_t) + 3 * 128;
}

static int switch_possible(struct orders *orders)
{
	if (orders->tasks % 2 != 0) {
		orders_verdict(orders, STATUS_IMPOSSIBLE, "%d tasks are no pairs", orders->tasks);
		return -EINVAL;
	}
	if (orders->values[SWITCH_PLACE] != APART)
		return 0;
	if (orders->model->family == FAMILY_ASYNC || orders->model->family == FAMILY_STACKLESS) {
		orders_verdict(orders, STATUS_IMPOSSIBLE, "one loop runs on one CPU");
		return -EINVAL;
	}
	if (CPU_COUNT(&orders->sut_cpus) < 2) {
		orders_verdict(orders, STATUS_IMPOSSIBLE, "place=apart needs 2 CPUs");
		return -EINVAL;
	}
	return 0;
}

static int switch_prepare(struct orders *orders)
{
	const size_t tasks = (size_t)orders->tasks;
	struct switch_shared *shared = arena_take(orders->arena, sizeof(*shared));

	if (shared == NULL)
		return -ENOMEM;
	shared->semaphores = arena_take(orders->arena, tasks * SWITCH_SEMAPHORE_ROOM);
	shared->tokens =
		arena_take(orders->arena, (tasks + 1) / 2 * TOKEN_WORDS * sizeof(uint64_t));
	if (shared->semaphores == NULL || shared->tokens == NULL)
		return -ENOMEM;
	orders->shared = shared;
	int rc = switch_possible(orders);
	/* Before anything is made: what knows that there is one CPU does not spin. */
	if (rc == 0 && orders->values[SWITCH_PLACE] == TOGETHER)
		rc = cpu_pin(&orders->sut_cpus, 0);
	return rc;
}

static void switch_finish(struct orders *orders)
{
	orders->shared = NULL;
}

const struct workload switch_workload = {
	.name = "switch",
	.summary = "two tasks hand a token to and fro",
	.kind = "primitive",
	.operation = "one round trip: two hand-overs",
	.params = switch_params,
	.concurrency = SWITCH_TASKS,
	.flags = WORKLOAD_SHARE | WORKLOAD_MEET | WORKLOAD_NO_LATENCY,
	.pool = POOL_TASKS,
	.arena_bytes = switch_arena_bytes,
	.prepare = switch_prepare,
	.finish = switch_finish,
	.run = {[FAMILY_ASYNC] = switch_async,
		[FAMILY_STACKLESS] = switch_stackless,
		[FAMILY_THREADS] = switch_threads,
		[FAMILY_PROCESSES] = switch_processes},
};
