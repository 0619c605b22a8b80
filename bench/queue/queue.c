/*
 * queue: one operation is one item that went from a producer to a consumer through one queue. Items
 * are numbers that follow from who made them, so their sum at the consumers proves that each
 * arrived once, whoever took it.
 *
 * A round ends for a consumer with an end mark. The producer that is last to finish puts one mark
 * for each consumer behind all items, so whatever the order in which tasks run, a stretch of rounds
 * leaves nothing in the queue. A small capacity makes producers wait, a large one lets them run
 * ahead.
 */
#include "bench/queue/queue.h"

#include <errno.h>

#include "bench/draw.h"

enum { QUEUE_TASKS, QUEUE_PRODUCERS, QUEUE_ITEMS, QUEUE_CAPACITY };

enum { QUEUE_UNBOUNDED = 1 << 20 };

static const struct param queue_params[] = {
	[QUEUE_TASKS] = {"tasks", "producers and consumers", PARAM_COUNT, 2, 10000, 4, 4, NULL},
	[QUEUE_PRODUCERS] = {"producers", "how many of the tasks produce", PARAM_COUNT, 1, 9999, 2,
		2, NULL},
	[QUEUE_ITEMS] = {"items", "items of each producer per round", PARAM_COUNT, 1, 1000000, 100,
		1000, NULL},
	[QUEUE_CAPACITY] = {"capacity", "items the queue holds; 0: more than there will be",
		PARAM_COUNT, 0, 1000000, 8, 64, NULL},
	{0},
};

/* In the arena. */
struct queue_shared {
	void *queue;                                             /* the family's own */
	_Atomic uint64_t finished __attribute__((aligned(128))); /* producers' rounds, of all */
};

struct queue_plan queue_plan(const struct slot *slot)
{
	const struct orders *orders = slot->orders;
	const uint64_t producers = (uint64_t)orders->values[QUEUE_PRODUCERS];
	const uint64_t consumers = (uint64_t)orders->tasks - producers;
	struct queue_shared *shared = orders->shared;

	/* Consumers come first: they count, and the first tasks cut the chunks. */
	return (struct queue_plan){.orders = orders,
		.queue = shared->queue,
		.produces = (uint64_t)slot->index >= consumers,
		.items = (int)orders->values[QUEUE_ITEMS],
		.producers = producers,
		.consumers = consumers,
		.seed = orders->seed,
		.task = (uint64_t)slot->index - consumers,
		.finished = &shared->finished};
}

void queue_count(struct slot *slot, uint64_t items, uint64_t proof)
{
	slot_count(slot, items, 0, proof);
	slot_chunk(slot, items, slot_begin(slot));
}

void *queue_memory(const struct orders *orders)
{
	return ((const struct queue_shared *)orders->shared)->queue;
}

/* Who runs ahead without a bound needs memory without one; this one is not met in a window. */
size_t queue_capacity(const struct orders *orders)
{
	const int64_t capacity = orders->values[QUEUE_CAPACITY];

	return capacity > 0 ? (size_t)capacity : QUEUE_UNBOUNDED;
}

uint64_t queue_item(const struct queue_plan *plan, int number)
{
	return draw(plan->seed, plan->task, (uint64_t)number) | 1;
}

uint64_t queue_ends(const struct queue_plan *plan)
{
	uint64_t finished = atomic_fetch_add(plan->finished, 1) + 1;

	return finished % plan->producers == 0 ? plan->consumers : 0;
}

static size_t queue_arena_bytes(const struct orders *orders)
{
	(void)orders;
	return sizeof(struct queue_shared) + QUEUE_ROOM + 256;
}

static int queue_prepare(struct orders *orders)
{
	struct queue_shared *shared = arena_take(orders->arena, sizeof(*shared));

	if (shared == NULL)
		return -ENOMEM;
	shared->queue = arena_take(orders->arena, QUEUE_ROOM);
	if (shared->queue == NULL)
		return -ENOMEM;
	orders->shared = shared;
	if (orders->values[QUEUE_PRODUCERS] < orders->tasks)
		return 0;
	orders_verdict(
		orders, STATUS_IMPOSSIBLE, "of %d tasks none is left to consume", orders->tasks);
	return -EINVAL;
}

static void queue_finish(struct orders *orders)
{
	orders->shared = NULL;
}

/* The consumers: what a producer puts is fixed. */
static int queue_sharers(const struct orders *orders)
{
	return orders->tasks - (int)orders->values[QUEUE_PRODUCERS];
}

const struct workload queue_workload = {
	.name = "queue",
	.summary = "items from producers to consumers through one queue",
	.kind = "primitive",
	.operation = "one item through the queue",
	.params = queue_params,
	.concurrency = QUEUE_TASKS,
	.flags = WORKLOAD_SHARE | WORKLOAD_MEET | WORKLOAD_NO_LATENCY,
	.pool = POOL_TASKS,
	.arena_bytes = queue_arena_bytes,
	.sharers = queue_sharers,
	.prepare = queue_prepare,
	.finish = queue_finish,
	.run = {[FAMILY_ASYNC] = queue_async,
		[FAMILY_THREADS] = queue_threads,
		[FAMILY_PROCESSES] = queue_processes},
	.why_not = {[FAMILY_STACKLESS] = "not written for state machines"},
};
