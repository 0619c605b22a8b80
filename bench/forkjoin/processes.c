/*
 * forkjoin for processes: units that others may do lie in a queue in shared memory.
 */
#include "bench/forkjoin/forkjoin.h"

#include "bench/process_await.h"

static int forkjoin_put(const struct forkjoin_plan *plan, uint32_t item)
{
	return await_put(plan->orders, *(struct process_queue **)plan->queue, &item);
}

/* Does a unit and its first descendants down to a leaf, and leaves the rest to whoever is free. */
static int forkjoin_descend(const struct forkjoin_plan *plan, uint32_t number, uint64_t *done)
{
	uint32_t children[FORKJOIN_CHILDREN_MAX];
	int count, rc = 0;

	while ((count = forkjoin_work(plan, number, children)) > 0 && rc == 0) {
		for (int i = 1; i < count && rc == 0; i++)
			rc = forkjoin_put(plan, children[i]);
		number = children[0];
		(*done)++;
	}
	(*done)++;
	if (rc == 0 && forkjoin_join(plan, number))
		for (uint64_t i = 0; i < plan->tasks && rc == 0; i++)
			rc = forkjoin_put(plan, FORKJOIN_END);
	return rc;
}

static int forkjoin_round(struct slot *slot, const struct forkjoin_plan *plan)
{
	struct process_semaphore *gates = plan->gates;
	uint64_t done = 0;
	uint32_t item = FORKJOIN_END;
	int rc = 0;

	if (forkjoin_needs_permit(plan))
		rc = await_permit(plan->orders, &gates[forkjoin_next_gate(plan)]);
	uint32_t root = forkjoin_begin(plan);
	if (rc == 0 && root != 0)
		rc = forkjoin_descend(plan, root, &done);
	while (rc == 0) {
		rc = await_get(plan->orders, *(struct process_queue **)plan->queue, &item);
		if (rc != 0 || item == FORKJOIN_END)
			break;
		rc = forkjoin_descend(plan, item, &done);
	}
	for (uint64_t permits = forkjoin_end(slot, plan, done); permits > 0; permits--)
		process_semaphore_release(&gates[forkjoin_next_gate(plan)]);
	return rc;
}

static int forkjoin_task(void *arg)
{
	struct slot *slot = arg;
	const struct forkjoin_plan plan = forkjoin_plan(slot);

	while (slot->rc == 0 && slot_round(slot))
		slot->rc = forkjoin_round(slot, &plan);
	return slot_result(slot);
}

int forkjoin_processes(struct orders *orders)
{
	const struct forkjoin_memory memory = forkjoin_memory(orders);

	_Static_assert(
		2 * sizeof(struct process_semaphore) <= FORKJOIN_GATES_ROOM, "they fit the arena");
	struct process_semaphore *gates = memory.gates;
	process_semaphore_make(&gates[0], 0, orders_spin_ns(orders));
	process_semaphore_make(&gates[1], 0, orders_spin_ns(orders));
	/* The queue has a mapping of its own, which the children inherit where it is. */
	struct process_queue **queue = memory.queue;
	int rc = process_queue_open(
		queue, memory.capacity, sizeof(uint32_t), orders_spin_ns(orders));
	if (rc != 0)
		return rc;
	rc = crew_run(orders, forkjoin_task);
	process_queue_close(*queue);
	return rc;
}
