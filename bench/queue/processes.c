/*
 * queue for processes: a queue in shared memory; who finds it empty or full sleeps in the kernel.
 */
#include "bench/queue/queue.h"

#include "models/processes/processes.h"

static int queue_put(struct process_queue *queue, uint64_t item)
{
	return process_queue_put(queue, &item, SYNC_FOREVER);
}

static int queue_produce(const struct queue_plan *plan, struct process_queue *queue)
{
	int rc = 0;

	for (int i = 0; i < plan->items && rc == 0; i++) {
		rc = queue_put(queue, queue_item(plan, i));
	}
	for (uint64_t ends = queue_ends(plan); ends > 0 && rc == 0; ends--)
		rc = queue_put(queue, QUEUE_END);
	return rc;
}

static int queue_consume(struct slot *slot, struct process_queue *queue)
{
	uint64_t items = 0, proof = 0;
	uint64_t item = QUEUE_END;
	int rc;

	while ((rc = process_queue_get(queue, &item, SYNC_FOREVER)) == 0 && item != QUEUE_END) {
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
	struct process_queue *queue = *(struct process_queue **)queue_memory(slot->orders);

	while (slot->rc == 0 && slot_round(slot))
		slot->rc = plan.produces ? queue_produce(&plan, queue) : queue_consume(slot, queue);
	return slot_result(slot);
}

int queue_processes(struct orders *orders)
{
	/* The queue has a mapping of its own, which the children inherit where it is. */
	struct process_queue **queue = queue_memory(orders);
	int rc =
		process_queue_map(queue, queue_capacity(orders), sizeof(uint64_t), SPIN_DEFAULT_NS);
	if (rc != 0)
		return rc;
	rc = crew_run(orders, queue_task);
	process_queue_unmap(*queue);
	return rc;
}
