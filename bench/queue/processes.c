/*
 * queue for processes: a queue in shared memory; who finds it empty or full sleeps in the kernel.
 */
#include "bench/queue/queue.h"

#include "bench/process_await.h"

static int queue_put(const struct queue_plan *plan, uint64_t item)
{
	return await_put(plan->orders, *(struct process_queue **)plan->queue, &item);
}

static int queue_produce(const struct queue_plan *plan)
{
	int rc = 0;

	for (int i = 0; i < plan->items && rc == 0; i++) {
		rc = queue_put(plan, queue_item(plan, i));
	}
	for (uint64_t ends = queue_ends(plan); ends > 0 && rc == 0; ends--)
		rc = queue_put(plan, QUEUE_END);
	return rc;
}

static int queue_consume(struct slot *slot, const struct queue_plan *plan)
{
	uint64_t items = 0, proof = 0;
	uint64_t item = QUEUE_END;
	int rc;

	while ((rc = await_get(plan->orders, *(struct process_queue **)plan->queue, &item)) == 0 &&
		item != QUEUE_END) {
		items++;
		proof += queue_proof(item);
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

int queue_processes(struct orders *orders)
{
	/* The queue has a mapping of its own, which the children inherit where it is. */
	struct process_queue **queue = queue_memory(orders);
	int rc = process_queue_open(
		queue, queue_capacity(orders), sizeof(uint64_t), orders_spin_ns(orders));
	if (rc != 0)
		return rc;
	rc = crew_run(orders, queue_task);
	process_queue_close(*queue);
	return rc;
}
