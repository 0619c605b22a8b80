/*
 * forkjoin for threads: units that others may do lie in a queue in memory.
 */
#include "bench/forkjoin/forkjoin.h"

#include "models/threads/threads.h"

static int forkjoin_put(const struct forkjoin_plan *plan, uintptr_t item)
{
	/* The queue's items are pointers; these are numbers. */
	return thread_queue_put(plan->queue, (void *)item, SYNC_FOREVER);
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
		gil_checkpoint();
	}
	(*done)++;
	gil_checkpoint();
	if (rc == 0 && forkjoin_join(plan, number))
		for (uint64_t i = 0; i < plan->tasks && rc == 0; i++)
			rc = forkjoin_put(plan, FORKJOIN_END);
	return rc;
}

static int forkjoin_round(struct slot *slot, const struct forkjoin_plan *plan)
{
	struct thread_semaphore *gates = plan->gates;
	uint64_t done = 0;
	void *item = NULL;
	int rc = 0;

	if (forkjoin_needs_permit(plan))
		rc = thread_semaphore_acquire(&gates[forkjoin_next_gate(plan)], SYNC_FOREVER);
	uint32_t root = forkjoin_begin(plan);
	if (rc == 0 && root != 0)
		rc = forkjoin_descend(plan, root, &done);
	while (rc == 0) {
		rc = thread_queue_get(plan->queue, &item, SYNC_FOREVER);
		if (rc != 0 || (uintptr_t)item == FORKJOIN_END)
			break;
		rc = forkjoin_descend(plan, (uint32_t)(uintptr_t)item, &done);
	}
	for (uint64_t permits = forkjoin_end(slot, plan, done); permits > 0; permits--)
		thread_semaphore_release(&gates[forkjoin_next_gate(plan)]);
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

int forkjoin_threads(struct orders *orders)
{
	const struct forkjoin_memory memory = forkjoin_memory(orders);

	_Static_assert(sizeof(struct thread_queue) <= FORKJOIN_QUEUE_ROOM &&
			       2 * sizeof(struct thread_semaphore) <= FORKJOIN_GATES_ROOM,
		"they fit the arena");
	struct thread_semaphore *gates = memory.gates;
	thread_semaphore_make(&gates[0], 0, orders_spin_ns(orders));
	thread_semaphore_make(&gates[1], 0, orders_spin_ns(orders));
	int rc = thread_queue_open(memory.queue, memory.capacity, orders_spin_ns(orders));
	if (rc != 0)
		return rc;
	rc = crew_run(orders, forkjoin_task);
	thread_queue_close(memory.queue);
	return rc;
}
