/*
 * ring: one operation is one hop of a token to the next of N tasks, which wakes, works through its
 * own W bytes and passes it on. With two tasks and no bytes everything stays in the nearest cache,
 * which is what most figures for switches are; the cost over N and W is a surface.
 */
#include "bench/ring/ring.h"

#include <errno.h>
#include <stdlib.h>

#include "bench/draw.h"

enum { RING_TASKS, RING_LAPS, RING_MEMORY };
enum { LINE_WORDS = 8 };

static const struct param ring_params[] = {
	[RING_TASKS] = {"tasks", "tasks in the ring", PARAM_COUNT, 2, 1000000, 4, 16, NULL},
	[RING_LAPS] = {"laps", "times the token goes round in a round", PARAM_COUNT, 1, 1000000, 5,
		50, NULL},
	[RING_MEMORY] = {"memory", "bytes each task works through when it has the token",
		PARAM_BYTES, 0, 1 << 30, 256, 4096, NULL},
	{0},
};

/* In the arena. */
struct ring_shared {
	void *semaphores; /* [tasks] of the family's own */
	uint64_t token __attribute__((aligned(128)));
};

int ring_plan(struct ring_plan *plan, const struct slot *slot)
{
	const struct orders *orders = slot->orders;
	struct ring_shared *shared = orders->shared;
	const size_t bytes = (size_t)orders->values[RING_MEMORY];

	*plan = (struct ring_plan){.orders = orders,
		.laps = (int)orders->values[RING_LAPS],
		.turn = (size_t)slot->index,
		.next = (size_t)(slot->index + 1) % (size_t)orders->tasks,
		.token = &shared->token,
		.start = draw(orders->seed, 0, 0),
		.lines = (bytes + 63) / 64};
	if (bytes == 0)
		return 0;
	uint64_t *memory = aligned_alloc(64, plan->lines * 64);
	if (memory == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < plan->lines * LINE_WORDS; i++)
		memory[i] = draw(orders->seed, (uint64_t)slot->index, i);
	plan->memory = memory;
	return 0;
}

void ring_release(struct ring_plan *plan)
{
	free((void *)plan->memory);
}

void ring_turn(const struct ring_plan *plan)
{
	uint64_t token = *plan->token;

	/* Volatile: the same value goes back, so that every round finds what the last one found. */
	for (size_t line = 0; line < plan->lines; line++) {
		uint64_t word = plan->memory[line * LINE_WORDS];
		token += word;
		plan->memory[line * LINE_WORDS] = word;
	}
	*plan->token = (token ^ (token >> 29)) * 0xbf58476d1ce4e5b9u + plan->turn;
}

void ring_start(const struct ring_plan *plan)
{
	if (plan->turn == 0)
		*plan->token = plan->start;
}

void ring_count(struct slot *slot, const struct ring_plan *plan)
{
	const uint64_t hops = (uint64_t)plan->laps;

	slot_count(slot, hops, 0, plan->turn == 0 ? *plan->token : 0);
	slot_chunk(slot, hops, slot_begin(slot));
}

void *ring_semaphores(const struct orders *orders)
{
	return ((const struct ring_shared *)orders->shared)->semaphores;
}

static size_t ring_arena_bytes(const struct orders *orders)
{
	return sizeof(struct ring_shared) + (size_t)orders->tasks * RING_SEMAPHORE_ROOM + 256;
}

static int ring_prepare(struct orders *orders)
{
	struct ring_shared *shared = arena_take(orders->arena, sizeof(*shared));

	if (shared == NULL)
		return -ENOMEM;
	shared->semaphores = arena_take(orders->arena, (size_t)orders->tasks * RING_SEMAPHORE_ROOM);
	if (shared->semaphores == NULL)
		return -ENOMEM;
	orders->shared = shared;
	return 0;
}

static void ring_finish(struct orders *orders)
{
	orders->shared = NULL;
}

const struct workload ring_workload = {
	.name = "ring",
	.summary = "a token that goes round many tasks, each with its own memory",
	.kind = "primitive",
	.operation = "one hop of the token",
	.params = ring_params,
	.concurrency = RING_TASKS,
	.flags = WORKLOAD_SHARE | WORKLOAD_MEET | WORKLOAD_NO_LATENCY,
	.pool = POOL_TASKS,
	.arena_bytes = ring_arena_bytes,
	.prepare = ring_prepare,
	.finish = ring_finish,
	.run = {[FAMILY_ASYNC] = ring_async,
		[FAMILY_THREADS] = ring_threads,
		[FAMILY_PROCESSES] = ring_processes},
	.why_not = {[FAMILY_STACKLESS] = "not written for state machines"},
};
