/*
 * switch for threads: a semaphore for each, on which it sleeps in the kernel.
 */
#include "bench/switch/switch.h"

#include "models/threads/threads.h"

static int switch_begin(const struct switch_plan *plan, struct thread_semaphore *turns)
{
	int rc = 0;

	*plan->token = plan->start;
	for (int i = 0; i < plan->operations && rc == 0; i++) {
		switch_turn(plan->token, 0);
		thread_semaphore_release(&turns[plan->turn_of_other]);
		rc = thread_semaphore_acquire(&turns[plan->turn], SYNC_FOREVER);
		gil_checkpoint();
	}
	return rc;
}

static int switch_answer(const struct switch_plan *plan, struct thread_semaphore *turns)
{
	int rc = 0;

	for (int i = 0; i < plan->operations && rc == 0; i++) {
		rc = thread_semaphore_acquire(&turns[plan->turn], SYNC_FOREVER);
		switch_turn(plan->token, 1);
		thread_semaphore_release(&turns[plan->turn_of_other]);
		gil_checkpoint();
	}
	return rc;
}

static int switch_task(void *arg)
{
	struct slot *slot = arg;
	struct thread_semaphore *turns = switch_semaphores(slot->orders);
	struct switch_plan plan;

	slot->rc = switch_plan(&plan, slot);
	while (slot->rc == 0 && slot_round(slot)) {
		slot->rc = plan.first ? switch_begin(&plan, turns) : switch_answer(&plan, turns);
		if (slot->rc == 0 && plan.first)
			switch_count(slot, &plan);
	}
	return slot_result(slot);
}

int switch_threads(struct orders *orders)
{
	struct thread_semaphore *turns = switch_semaphores(orders);

	_Static_assert(sizeof(*turns) <= SWITCH_SEMAPHORE_ROOM, "semaphores fit the arena");
	for (int i = 0; i < orders->tasks; i++)
		thread_semaphore_make(&turns[i], 0, orders_spin_ns(orders));
	return crew_run(orders, switch_task);
}
