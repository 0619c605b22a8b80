/*
 * wakeup for processes: an event in shared memory on which all sleep in the kernel.
 */
#include "bench/wakeup/wakeup.h"

#include "bench/block_until.h"
#include "bench/process_await.h"

/* Clears what the workers have left, lets them settle, wakes them and waits until all are awake. */
static int wakeup_give(const struct slot *slot, const struct wakeup_plan *plan, uint64_t step)
{
	struct wakeup_shared *shared = plan->shared;

	process_event_clear(shared->events[(step + 1) % 2]);
	int rc = block_until(slot_begin(slot) + plan->pause_ns);
	shared->given = step + 1;
	shared->given_ns = slot_begin(slot);
	process_event_set(shared->events[step % 2]);
	if (rc == 0)
		rc = await_permit(plan->orders, shared->all_awake);
	return rc;
}

static int wakeup_wake(
	struct slot *slot, const struct wakeup_plan *plan, uint64_t step, int operation)
{
	struct wakeup_shared *shared = plan->shared;
	int rc = await_event(plan->orders, shared->events[step % 2]);

	slot_end(slot, shared->given_ns, 0, wakeup_proof(plan, step, operation));
	if (wakeup_report(plan))
		process_semaphore_release(shared->all_awake);
	return rc;
}

static int wakeup_task(void *arg)
{
	struct slot *slot = arg;
	const struct wakeup_plan plan = wakeup_plan(slot);
	uint64_t step = 0;

	while (slot->rc == 0 && slot_round(slot)) {
		for (int i = 0; i < plan.operations && slot->rc == 0; i++, step++) {
			slot->rc = plan.gives ? wakeup_give(slot, &plan, step)
					      : wakeup_wake(slot, &plan, step, i);
		}
	}
	return slot_result(slot);
}

int wakeup_processes(struct orders *orders)
{
	struct wakeup_shared *shared = orders->shared;

	_Static_assert(sizeof(struct process_event) <= WAKEUP_ROOM &&
			       sizeof(struct process_semaphore) <= WAKEUP_ROOM,
		"they fit the arena");
	process_event_make(shared->events[0], orders_spin_ns(orders));
	process_event_make(shared->events[1], orders_spin_ns(orders));
	process_semaphore_make(shared->all_awake, 0, orders_spin_ns(orders));
	return crew_run(orders, wakeup_task);
}
