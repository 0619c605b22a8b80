/*
 * flood: one operation is one message from a fast producer to a slow consumer: the producer puts
 * four for each that the consumer takes. Through a bounded queue it has to wait for the consumer;
 * without a bound three quarters of the round's messages are in memory when the last one is put.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/demo/demo.h"
#include "bench/draw.h"
#include "models/async/async.h"

enum { FLOOD_TASKS, FLOOD_MESSAGES, FLOOD_BOUND, FLOOD_SIZE };
enum { LEAD = 4 }; /* how much faster the producer is */

static const struct param flood_params[] = {
	[FLOOD_TASKS] = {"tasks", "a producer and a consumer", PARAM_COUNT, 2, 2, 2, 2, NULL},
	[FLOOD_MESSAGES] = {"messages", "messages of a round", PARAM_COUNT, 1, 10000000, 1000,
		10000, NULL},
	[FLOOD_BOUND] = {"bound", "messages the queue holds; 0: no bound", PARAM_COUNT, 0, 10000000,
		64, 64, NULL},
	[FLOOD_SIZE] = {"size", "of a message", PARAM_BYTES, 8, 1 << 20, 1024, 1024, NULL},
	{0},
};

/* In the arena. */
struct flood_shared {
	struct async_queue queue;
};

static int put_message(struct async_queue *queue, size_t bytes, uint64_t value)
{
	char *message = malloc(bytes);

	if (message == NULL)
		return -ENOMEM;
	memset(message, 0, bytes);
	memcpy(message, &value, sizeof(value));
	int rc = async_queue_put(queue, (intptr_t)message);
	if (rc != 0)
		free(message);
	return rc;
}

static int produce(const struct slot *slot, struct async_queue *queue)
{
	const struct orders *orders = slot->orders;
	int rc = 0;

	for (int64_t i = 0; i < orders->values[FLOOD_MESSAGES] && rc == 0; i++) {
		rc = put_message(queue, (size_t)orders->values[FLOOD_SIZE],
			draw(orders->seed, 0, (uint64_t)i));
		if (i % LEAD == LEAD - 1)
			async_yield();
	}
	/* a round's messages are gone before the next ones come */
	return rc != 0 ? rc : async_queue_join(queue);
}

static int consume(struct slot *slot, struct async_queue *queue)
{
	int64_t messages = slot->orders->values[FLOOD_MESSAGES];
	intptr_t message;
	int rc = 0;

	for (int64_t i = 0; i < messages && rc == 0; i++) {
		uint64_t value = 0;
		rc = async_queue_get(queue, &message);
		if (rc != 0)
			break;
		memcpy(&value, (const void *)message, sizeof(value));
		free((void *)message);
		slot_count(slot, 1, 0, value);
		rc = async_queue_task_done(queue);
		async_yield();
	}
	return rc;
}

static int flood_task(void *arg)
{
	struct slot *slot = arg;
	struct flood_shared *shared = slot->orders->shared;

	while (slot->rc == 0 && slot_round(slot))
		slot->rc = slot->index == 0 ? produce(slot, &shared->queue)
					    : consume(slot, &shared->queue);
	return slot_result(slot);
}

static int flood_async(struct orders *orders)
{
	struct flood_shared *shared = orders->shared;
	intptr_t left;
	int rc = async_queue_open(
		&shared->queue, (size_t)orders->values[FLOOD_BOUND], ASYNC_QUEUE_FIFO, NULL);

	if (rc != 0)
		return rc;
	rc = crew_run(orders, flood_task);
	while (async_queue_get_nowait(&shared->queue, &left) == 0)
		free((void *)left);
	async_queue_close(&shared->queue);
	return rc;
}

static size_t flood_arena_bytes(const struct orders *orders)
{
	(void)orders;
	return sizeof(struct flood_shared) + 256;
}

static int flood_prepare(struct orders *orders)
{
	orders->shared = arena_take(orders->arena, sizeof(struct flood_shared));
	return orders->shared == NULL ? -ENOMEM : 0;
}

static void flood_finish(struct orders *orders)
{
	orders->shared = NULL;
}

const struct workload flood_workload = {
	.name = "flood",
	.summary = "a fast producer and a slow consumer",
	.kind = "primitive",
	.operation = "one message",
	.params = flood_params,
	.concurrency = FLOOD_TASKS,
	.flags = WORKLOAD_MEET | WORKLOAD_NO_LATENCY | WORKLOAD_NO_CHUNKS | WORKLOAD_FAULTS,
	.pool = POOL_TASKS,
	.arena_bytes = flood_arena_bytes,
	.prepare = flood_prepare,
	.finish = flood_finish,
	.run = {[FAMILY_ASYNC] = flood_async},
	.why_not = {[FAMILY_STACKLESS] = "its queue is that of coroutines with stacks",
		[FAMILY_THREADS] = "its queue is that of coroutines",
		[FAMILY_PROCESSES] = "its queue is that of coroutines"},
};
