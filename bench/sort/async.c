/*
 * sort for async: the parts are sorted one after the other. A task gives way as a round begins, so
 * that all begin together.
 */
#include "bench/sort/sort.h"

#include "models/async/async.h"

static int sort_task(void *arg)
{
	struct slot *slot = arg;
	const struct sort_plan plan = sort_plan(slot);
	struct async_semaphore *gates = plan.gates;

	while (slot->rc == 0 && slot_round(slot)) {
		const int gate = sort_begin(&plan);
		if (gate >= 0)
			slot->rc = async_semaphore_acquire(&gates[gate]);
		if (slot->rc != 0)
			break;
		async_yield();
		sort_part(&plan);
		for (uint64_t permits = sort_merge(slot, &plan); permits > 0; permits--)
			async_semaphore_release(&gates[sort_next_gate(&plan)]);
	}
	return slot_result(slot);
}

int sort_async(struct orders *orders)
{
	_Static_assert(
		2 * sizeof(struct async_semaphore) <= SORT_GATES_ROOM, "the gates fit the arena");
	return crew_run(orders, sort_task);
}
