/*
 * forkjoin: one operation is one unit of an irregular tree: it computes, creates its children, and
 * is done when they are; its result is made of theirs. The tasks are the workers: each goes down
 * one branch and leaves the other children in the family's queue for whoever has nothing to do.
 *
 * Joining does not wait: a child that is done adds its result to the parent and counts down, and
 * the last one goes on with the parent. Sizes of subtrees are drawn, so the units are unequal in
 * shape and in work, but their number is a parameter, and operations are counted where units are
 * done.
 *
 * A round ends with an end mark per task in the queue. None may begin the next before all have
 * taken theirs, or it would take another's: the last opens the gate for the others.
 */
#include "bench/forkjoin/forkjoin.h"

#include <errno.h>

#include "bench/draw.h"

enum { FORKJOIN_TASKS, FORKJOIN_UNITS, FORKJOIN_WORK };

static const struct param forkjoin_params[] = {
	[FORKJOIN_TASKS] = {"tasks", "tasks that do units", PARAM_COUNT, 1, 1000, 4, 4, NULL},
	[FORKJOIN_UNITS] = {"units", "units of the tree", PARAM_COUNT, 1, 10000000, 200, 5000,
		NULL},
	[FORKJOIN_WORK] = {"work", "iterations of an average unit", PARAM_COUNT, 0, 1000000000, 50,
		2000, NULL},
	{0},
};

/*
 * A unit of the tree. Its subtree has the numbers number .. number + size - 1, so nothing has to be
 * allocated, and a unit is the same whoever creates it.
 */
struct unit {
	uint32_t size;            /* of its subtree, itself included */
	uint32_t parent;          /* 0: the root, which is 1 */
	uint64_t own;             /* result of its own work */
	_Atomic uint64_t joined;  /* sum over the children that are done */
	_Atomic uint32_t pending; /* children that are not */
};

/* In the arena. */
struct forkjoin_shared {
	void *queue, *gates; /* of the family's own */
	struct unit *units;  /* [units + 1] */
	uint64_t *rounds;    /* [tasks] rounds each task has ended */
	_Atomic uint64_t begun __attribute__((aligned(128)));
	_Atomic uint64_t ended;     /* end marks taken, of all rounds */
	_Atomic uint64_t result;    /* of the tree, once the root is done */
	_Atomic uint64_t free_pass; /* task + 1 that may begin the next round without a permit */
};

struct forkjoin_plan forkjoin_plan(const struct slot *slot)
{
	const struct orders *orders = slot->orders;
	struct forkjoin_shared *shared = orders->shared;

	return (struct forkjoin_plan){.orders = orders,
		.shared = shared,
		.queue = shared->queue,
		.gates = shared->gates,
		.tasks = (uint64_t)orders->tasks,
		.task = (uint64_t)slot->index,
		.seed = orders->seed,
		.iterations = (uint64_t)orders->values[FORKJOIN_WORK],
		.units = (uint32_t)orders->values[FORKJOIN_UNITS]};
}

static size_t forkjoin_capacity(const struct orders *orders)
{
	return (size_t)orders->values[FORKJOIN_UNITS] + (size_t)orders->tasks;
}

struct forkjoin_memory forkjoin_memory(const struct orders *orders)
{
	const struct forkjoin_shared *shared = orders->shared;

	return (struct forkjoin_memory){.queue = shared->queue,
		.gates = shared->gates,
		.capacity = forkjoin_capacity(orders)};
}

int forkjoin_next_gate(const struct forkjoin_plan *plan)
{
	return (int)(plan->shared->rounds[plan->task] % 2);
}

bool forkjoin_needs_permit(const struct forkjoin_plan *plan)
{
	uint64_t pass = plan->task + 1;

	return plan->shared->rounds[plan->task] > 0 &&
	       !atomic_compare_exchange_strong(&plan->shared->free_pass, &pass, 0);
}

uint32_t forkjoin_begin(const struct forkjoin_plan *plan)
{
	struct forkjoin_shared *shared = plan->shared;
	uint64_t round = shared->rounds[plan->task];

	if (!atomic_compare_exchange_strong(&shared->begun, &round, round + 1))
		return 0;
	shared->units[1].size = plan->units;
	shared->units[1].parent = 0;
	return 1;
}

/* Between half and one and a half of the average, as the unit's number has it. */
static uint64_t forkjoin_compute(const struct forkjoin_plan *plan, uint32_t number)
{
	uint64_t value = draw(plan->seed, number, 0);
	uint64_t iterations = plan->iterations / 2;

	if (plan->iterations > 0)
		iterations += value % plan->iterations;
	for (uint64_t i = 0; i < iterations; i++)
		value = (value ^ (value >> 29)) * 0xbf58476d1ce4e5b9u + i;
	return value;
}

/* Deals the rest of a subtree to two or more children, unevenly. */
static int forkjoin_create(const struct forkjoin_plan *plan, uint32_t number, uint32_t *children)
{
	struct unit *units = plan->shared->units;
	uint32_t left = units[number].size - 1, first = number + 1;
	uint32_t count = 2 + (uint32_t)(draw(plan->seed, number, 1) % (FORKJOIN_CHILDREN_MAX - 1));

	if (count > left)
		count = left;
	atomic_store_explicit(&units[number].joined, 0, memory_order_relaxed);
	atomic_store_explicit(&units[number].pending, count, memory_order_relaxed);
	for (uint32_t i = 0; i < count; i++) {
		/* each child gets at least one unit */
		uint32_t others = count - 1 - i, size = left - others;
		if (others > 0)
			size = 1 + (uint32_t)(draw(plan->seed, number, 2 + i) % size);
		units[first].size = size;
		units[first].parent = number;
		children[i] = first;
		first += size;
		left -= size;
	}
	return (int)count;
}

int forkjoin_work(const struct forkjoin_plan *plan, uint32_t number, uint32_t *children)
{
	struct unit *unit = &plan->shared->units[number];

	unit->own = forkjoin_compute(plan, number);
	return unit->size > 1 ? forkjoin_create(plan, number, children) : 0;
}

bool forkjoin_join(const struct forkjoin_plan *plan, uint32_t number)
{
	struct unit *units = plan->shared->units;
	uint64_t result = units[number].own;

	for (number = units[number].parent; number != 0; number = units[number].parent) {
		struct unit *parent = &units[number];
		atomic_fetch_add(&parent->joined, result);
		if (atomic_fetch_sub(&parent->pending, 1) > 1)
			return false;
		/* The factor lets depth count. */
		result = parent->own + 3 * atomic_load(&parent->joined);
	}
	atomic_store(&plan->shared->result, result);
	return true;
}

uint64_t forkjoin_end(struct slot *slot, const struct forkjoin_plan *plan, uint64_t done)
{
	struct forkjoin_shared *shared = plan->shared;

	shared->rounds[plan->task]++;
	const bool last = (atomic_fetch_add(&shared->ended, 1) + 1) % plan->tasks == 0;
	slot_count(slot, done, 0, last ? atomic_load(&shared->result) : 0);
	slot_chunk(slot, done, slot_begin(slot));
	if (!last)
		return 0;
	atomic_store(&shared->free_pass, plan->task + 1);
	return plan->tasks - 1;
}

static size_t forkjoin_units_bytes(const struct orders *orders)
{
	return ((size_t)orders->values[FORKJOIN_UNITS] + 1) * sizeof(struct unit);
}

static size_t forkjoin_arena_bytes(const struct orders *orders)
{
	return sizeof(struct forkjoin_shared) + FORKJOIN_QUEUE_ROOM + forkjoin_units_bytes(orders) +
	       FORKJOIN_GATES_ROOM + (size_t)orders->tasks * sizeof(uint64_t) + 5 * 128;
}

static int forkjoin_prepare(struct orders *orders)
{
	struct forkjoin_shared *shared = arena_take(orders->arena, sizeof(*shared));

	if (shared == NULL)
		return -ENOMEM;
	shared->queue = arena_take(orders->arena, FORKJOIN_QUEUE_ROOM);
	shared->gates = arena_take(orders->arena, FORKJOIN_GATES_ROOM);
	shared->units = arena_take(orders->arena, forkjoin_units_bytes(orders));
	shared->rounds = arena_take(orders->arena, (size_t)orders->tasks * sizeof(uint64_t));
	if (shared->queue == NULL || shared->gates == NULL || shared->units == NULL ||
		shared->rounds == NULL)
		return -ENOMEM;
	orders->shared = shared;
	return 0;
}

static void forkjoin_finish(struct orders *orders)
{
	orders->shared = NULL;
}

const struct workload forkjoin_workload = {
	.name = "forkjoin",
	.summary = "an irregular tree of work, created while it is done",
	.kind = "CPU",
	.operation = "one unit of the tree",
	.params = forkjoin_params,
	.concurrency = FORKJOIN_TASKS,
	.flags = WORKLOAD_SHARE | WORKLOAD_NO_LATENCY | WORKLOAD_FAULTS,
	.pool = POOL_CPUS,
	.arena_bytes = forkjoin_arena_bytes,
	.prepare = forkjoin_prepare,
	.finish = forkjoin_finish,
	.run = {[FAMILY_ASYNC] = forkjoin_async,
		[FAMILY_THREADS] = forkjoin_threads,
		[FAMILY_PROCESSES] = forkjoin_processes},
	.why_not = {[FAMILY_STACKLESS] = "not written for state machines"},
};
