/*
 * switch for processes: a semaphore for each in shared memory, on which it sleeps in the kernel.
 */
#include "bench/switch/switch.h"

#include "bench/process_await.h"

static int switch_begin(const struct switch_plan *plan, struct process_semaphore *turns)
{
	int rc = 0;

	*plan->token = plan->start;
	for (int i = 0; i < plan->operations && rc == 0; i++) {
		switch_turn(plan->token, 0);
		process_semaphore_release(&turns[plan->turn_of_other]);
		rc = await_permit(plan->orders, &turns[plan->turn]);
	}
	return rc;
}

static int switch_answer(const struct switch_plan *plan, struct process_semaphore *turns)
{
	int rc = 0;

	for (int i = 0; i < plan->operations && rc == 0; i++) {
		rc = await_permit(plan->orders, &turns[plan->turn]);
		switch_turn(plan->token, 1);
		process_semaphore_release(&turns[plan->turn_of_other]);
	}
	return rc;
}

static int switch_task(void *arg)
{
	struct slot *slot = arg;
	struct process_semaphore *turns = switch_semaphores(slot->orders);
	struct switch_plan plan;

	slot->rc = switch_plan(&plan, slot);
	while (slot->rc == 0 && slot_round(slot)) {
		slot->rc = plan.first ? switch_begin(&plan, turns) : switch_answer(&plan, turns);
		if (slot->rc == 0 && plan.first)
			switch_count(slot, &plan);
	}
	return slot_result(slot);
}

int switch_processes(struct orders *orders)
{
	struct process_semaphore *turns = switch_semaphores(orders);

	_Static_assert(sizeof(*turns) <= SWITCH_SEMAPHORE_ROOM, "semaphores fit the arena");
	for (int i = 0; i < orders->tasks; i++)
		process_semaphore_make(&turns[i], 0, orders_spin_ns(orders));
	return crew_run(orders, switch_task);
}
