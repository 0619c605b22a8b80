/*
 * sort for threads: the data are theirs together.
 */
#include "bench/sort/sort.h"

#include "models/threads/threads.h"

static int sort_task(void *arg)
{
	struct slot *slot = arg;
	const struct sort_plan plan = sort_plan(slot);
	struct thread_semaphore *gates = plan.gates;

	while (slot->rc == 0 && slot_round(slot)) {
		const int gate = sort_begin(&plan);
		if (gate >= 0)
			slot->rc = thread_semaphore_acquire(&gates[gate], SYNC_FOREVER);
		if (slot->rc != 0)
			break;
		sort_part(&plan);
		gil_checkpoint();
		for (uint64_t permits = sort_merge(slot, &plan); permits > 0; permits--)
			thread_semaphore_release(&gates[sort_next_gate(&plan)]);
		gil_checkpoint();
	}
	return slot_result(slot);
}

int sort_threads(struct orders *orders)
{
	struct thread_semaphore *gates = sort_gates(orders);

	_Static_assert(2 * sizeof(*gates) <= SORT_GATES_ROOM, "the gates fit the arena");
	thread_semaphore_make(&gates[0], 0, orders_spin_ns(orders));
	thread_semaphore_make(&gates[1], 0, orders_spin_ns(orders));
	return crew_run(orders, sort_task);
}
