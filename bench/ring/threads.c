/*
 * ring for threads: a semaphore for each, on which it sleeps in the kernel.
 */
#include "bench/ring/ring.h"

#include "models/threads/threads.h"

/* The first task begins each lap, the others wait for the token. */
static int ring_lap(const struct ring_plan *plan, struct thread_semaphore *turns)
{
	int rc = 0;

	if (plan->turn > 0)
		rc = thread_semaphore_acquire(&turns[plan->turn], SYNC_FOREVER);
	ring_turn(plan);
	thread_semaphore_release(&turns[plan->next]);
	if (plan->turn == 0)
		rc = thread_semaphore_acquire(&turns[plan->turn], SYNC_FOREVER);
	return rc;
}

static int ring_task(void *arg)
{
	struct slot *slot = arg;
	struct thread_semaphore *turns = ring_semaphores(slot->orders);
	struct ring_plan plan;

	slot->rc = ring_plan(&plan, slot);
	while (slot->rc == 0 && slot_round(slot)) {
		ring_start(&plan);
		for (int i = 0; i < plan.laps && slot->rc == 0; i++) {
			slot->rc = ring_lap(&plan, turns);
			gil_checkpoint();
		}
		if (slot->rc == 0)
			ring_count(slot, &plan);
	}
	ring_release(&plan);
	return slot_result(slot);
}

int ring_threads(struct orders *orders)
{
	struct thread_semaphore *turns = ring_semaphores(orders);

	_Static_assert(sizeof(*turns) <= RING_SEMAPHORE_ROOM, "semaphores fit the arena");
	for (int i = 0; i < orders->tasks; i++)
		thread_semaphore_make(&turns[i], 0, orders_spin_ns(orders));
	return crew_run(orders, ring_task);
}
