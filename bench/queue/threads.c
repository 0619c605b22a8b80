/*
 * queue for threads: a queue in memory; who finds it empty or full sleeps in the kernel.
 */
#include "bench/queue/queue.h"

#include "models/threads/threads.h"

static int queue_put(const struct queue_plan *plan, uint64_t item)
{
	/* The queue's items are pointers; these are numbers of the same size. */
	return thread_queue_put(plan->queue, (void *)(uintptr_t)item, SYNC_FOREVER);
}

static int queue_produce(const struct queue_plan *plan)
{
	int rc = 0;

	for (int i = 0; i < plan->items && rc == 0; i++) {
		rc = queue_put(plan, queue_item(plan, i));
		gil_checkpoint();
	}
	for (uint64_t ends = queue_ends(plan); ends > 0 && rc == 0; ends--)
		rc = queue_put(plan, QUEUE_END);
	return rc;
}

static int queue_consume(struct slot *slot, const struct queue_plan *plan)
{
	uint64_t items = 0, proof = 0;
	void *item = NULL;
	int rc;

	while ((rc = thread_queue_get(plan->queue, &item, SYNC_FOREVER)) == 0 &&
		(uintptr_t)item != QUEUE_END) {
		items++;
		proof += queue_proof((uintptr_t)item);
		gil_checkpoint();
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

int queue_threads(struct orders *orders)
{
	struct thread_queue *queue = queue_memory(orders);

	_Static_assert(sizeof(*queue) <= QUEUE_ROOM, "the queue fits the arena");
	int rc = thread_queue_open(queue, queue_capacity(orders), orders_spin_ns(orders));
	if (rc != 0)
		return rc;
	rc = crew_run(orders, queue_task);
	thread_queue_close(queue);
	return rc;
}
