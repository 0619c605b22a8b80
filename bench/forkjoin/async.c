/*
 * forkjoin for async: units that others may do lie in a queue between coroutines, which take turns
 * after each unit. There is one CPU's worth of work however many they are.
 */
#include "bench/forkjoin/forkjoin.h"

#include "models/async/async.h"

static int forkjoin_put(const struct forkjoin_plan *plan, intptr_t item)
{
	return async_queue_put(plan->queue, item);
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
		async_yield();
	}
	(*done)++;
	if (rc == 0 && forkjoin_join(plan, number))
		for (uint64_t i = 0; i < plan->tasks && rc == 0; i++)
			rc = forkjoin_put(plan, FORKJOIN_END);
	return rc;
}

static int forkjoin_round(struct slot *slot, const struct forkjoin_plan *plan)
{
	struct async_semaphore *gates = plan->gates;
	uint64_t done = 0;
	intptr_t item = FORKJOIN_END;
	int rc = 0;

	if (forkjoin_needs_permit(plan))
		rc = async_semaphore_acquire(&gates[forkjoin_next_gate(plan)]);
	uint32_t root = forkjoin_begin(plan);
	if (rc == 0 && root != 0)
		rc = forkjoin_descend(plan, root, &done);
	while (rc == 0) {
		rc = async_queue_get(plan->queue, &item);
		if (rc != 0 || item == FORKJOIN_END)
			break;
		rc = forkjoin_descend(plan, (uint32_t)item, &done);
	}
	for (uint64_t permits = forkjoin_end(slot, plan, done); permits > 0; permits--)
		async_semaphore_release(&gates[forkjoin_next_gate(plan)]);
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

int forkjoin_async(struct orders *orders)
{
	const struct forkjoin_memory memory = forkjoin_memory(orders);

	_Static_assert(sizeof(struct async_queue) <= FORKJOIN_QUEUE_ROOM &&
			       2 * sizeof(struct async_semaphore) <= FORKJOIN_GATES_ROOM,
		"they fit the arena");
	int rc = async_queue_open(memory.queue, memory.capacity, ASYNC_QUEUE_FIFO, NULL);
	if (rc != 0)
		return rc;
	rc = crew_run(orders, forkjoin_task);
	async_queue_close(memory.queue);
	return rc;
}
