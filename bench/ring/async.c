/*
 * ring for async: a semaphore for each, in whose line it waits while another runs.
 */
#include "bench/ring/ring.h"

#include "models/async/async.h"

/* The first task begins each lap, the others wait for the token. */
static int ring_lap(const struct ring_plan *plan, struct async_semaphore *turns)
{
	int rc = 0;

	if (plan->turn > 0)
		rc = async_semaphore_acquire(&turns[plan->turn]);
	ring_turn(plan);
	async_semaphore_release(&turns[plan->next]);
	if (plan->turn == 0)
		rc = async_semaphore_acquire(&turns[plan->turn]);
	return rc;
}

static int ring_task(void *arg)
{
	struct slot *slot = arg;
	struct async_semaphore *turns = ring_semaphores(slot->orders);
	struct ring_plan plan;

	slot->rc = ring_plan(&plan, slot);
	while (slot->rc == 0 && slot_round(slot)) {
		ring_start(&plan);
		for (int i = 0; i < plan.laps && slot->rc == 0; i++) {
			slot->rc = ring_lap(&plan, turns);
		}
		if (slot->rc == 0)
			ring_count(slot, &plan);
	}
	ring_release(&plan);
	return slot_result(slot);
}

int ring_async(struct orders *orders)
{
	_Static_assert(
		sizeof(struct async_semaphore) <= RING_SEMAPHORE_ROOM, "semaphores fit the arena");
	return crew_run(orders, ring_task);
}
