/*
 * sort for processes: the data are in shared memory, or copied out of it and back.
 */
#include "bench/sort/sort.h"

#include "bench/process_await.h"

static int sort_task(void *arg)
{
	struct slot *slot = arg;
	const struct sort_plan plan = sort_plan(slot);
	struct process_semaphore *gates = plan.gates;

	while (slot->rc == 0 && slot_round(slot)) {
		const int gate = sort_begin(&plan);
		if (gate >= 0)
			slot->rc = await_permit(plan.orders, &gates[gate]);
		if (slot->rc != 0)
			break;
		sort_part(&plan);
		for (uint64_t permits = sort_merge(slot, &plan); permits > 0; permits--)
			process_semaphore_release(&gates[sort_next_gate(&plan)]);
	}
	return slot_result(slot);
}

int sort_processes(struct orders *orders)
{
	struct process_semaphore *gates = sort_gates(orders);

	_Static_assert(2 * sizeof(*gates) <= SORT_GATES_ROOM, "the gates fit the arena");
	process_semaphore_make(&gates[0], 0, orders_spin_ns(orders));
	process_semaphore_make(&gates[1], 0, orders_spin_ns(orders));
	return crew_run(orders, sort_task);
}
