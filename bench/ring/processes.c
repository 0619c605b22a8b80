/*
 * ring for processes: a semaphore for each in shared memory, on which it sleeps in the kernel.
 */
#include "bench/ring/ring.h"

#include "bench/process_await.h"

/* The first task begins each lap, the others wait for the token. */
static int ring_lap(const struct ring_plan *plan, struct process_semaphore *turns)
{
	int rc = 0;

	if (plan->turn > 0)
		rc = await_permit(plan->orders, &turns[plan->turn]);
	ring_turn(plan);
	process_semaphore_release(&turns[plan->next]);
	if (plan->turn == 0)
		rc = await_permit(plan->orders, &turns[plan->turn]);
	return rc;
}

static int ring_task(void *arg)
{
	struct slot *slot = arg;
	struct process_semaphore *turns = ring_semaphores(slot->orders);
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

int ring_processes(struct orders *orders)
{
	struct process_semaphore *turns = ring_semaphores(orders);

	_Static_assert(sizeof(*turns) <= RING_SEMAPHORE_ROOM, "semaphores fit the arena");
	for (int i = 0; i < orders->tasks; i++)
		process_semaphore_make(&turns[i], 0, orders_spin_ns(orders));
	return crew_run(orders, ring_task);
}
