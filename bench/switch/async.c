/*
 * switch for async: a semaphore for each, in whose line it waits while the other runs.
 */
#include "bench/switch/switch.h"

#include "models/async/async.h"

static int switch_begin(const struct switch_plan *plan, struct async_semaphore *turns)
{
	int rc = 0;

	*plan->token = plan->start;
	for (int i = 0; i < plan->operations && rc == 0; i++) {
		switch_turn(plan->token, 0);
		async_semaphore_release(&turns[plan->turn_of_other]);
		rc = async_semaphore_acquire(&turns[plan->turn]);
	}
	return rc;
}

static int switch_answer(const struct switch_plan *plan, struct async_semaphore *turns)
{
	int rc = 0;

	for (int i = 0; i < plan->operations && rc == 0; i++) {
		rc = async_semaphore_acquire(&turns[plan->turn]);
		switch_turn(plan->token, 1);
		async_semaphore_release(&turns[plan->turn_of_other]);
	}
	return rc;
}

static int switch_task(void *arg)
{
	struct slot *slot = arg;
	struct async_semaphore *turns = switch_semaphores(slot->orders);
	struct switch_plan plan;

	slot->rc = switch_plan(&plan, slot);
	while (slot->rc == 0 && slot_round(slot)) {
		slot->rc = plan.first ? switch_begin(&plan, turns) : switch_answer(&plan, turns);
		if (slot->rc == 0 && plan.first)
			switch_count(slot, &plan);
	}
	return slot_result(slot);
}

int switch_async(struct orders *orders)
{
	_Static_assert(sizeof(struct async_semaphore) <= SWITCH_SEMAPHORE_ROOM,
		"semaphores fit the arena");
	return crew_run(orders, switch_task);
}
