/*
 * queue for async: a queue between coroutines; who finds it empty or full waits in its line. A
 * producer gives way after each round, or without a bound it would put all rounds at once.
 */
#include "bench/queue/queue.h"

#include "models/async/async.h"

static int queue_put(const struct queue_plan *plan, uint64_t item)
{
	return async_queue_put(plan->queue, (intptr_t)item);
}

static int queue_produce(const struct queue_plan *plan)
{
	int rc = 0;

	for (int i = 0; i < plan->items && rc == 0; i++) {
		rc = queue_put(plan, queue_item(plan, i));
	}
	for (uint64_t ends = queue_ends(plan); ends > 0 && rc == 0; ends--)
		rc = queue_put(plan, QUEUE_END);
	async_yield();
	return rc;
}

static int queue_consume(struct slot *slot, const struct queue_plan *plan)
{
	uint64_t items = 0, proof = 0;
	intptr_t item = QUEUE_END;
	int rc;

	while ((rc = async_queue_get(plan->queue, &item)) == 0 && item != QUEUE_END) {
		items++;
		proof += queue_proof((uint64_t)item);
	}
	queue_count(slot, items, proof);
	return rc;
}

static int queue_task(void *arg)
{
	struct slot *slot = arg;
	const struct queue_plan plan = queue_plan(slot);

	while (slot->rc == 0 && slot_round(slot))
		slot->rc = plan.produces ? queue_produce(&plan) : queue_consume(slot, &plan);
	return slot_result(slot);
}

int queue_async(struct orders *orders)
{
	struct async_queue *queue = queue_memory(orders);

	_Static_assert(sizeof(*queue) <= QUEUE_ROOM, "the queue fits the arena");
	int rc = async_queue_open(queue, queue_capacity(orders), ASYNC_QUEUE_FIFO, NULL);
	if (rc != 0)
		return rc;
	rc = crew_run(orders, queue_task);
	async_queue_close(queue);
	return rc;
}
