/*
 * wakeup for threads: an event on which all sleep in the kernel.
 */
#include "bench/wakeup/wakeup.h"

#include "bench/block_until.h"
#include "models/threads/threads.h"

/* Clears what the workers have left, lets them settle, wakes them and waits until all are awake. */
static int wakeup_give(const struct slot *slot, const struct wakeup_plan *plan, uint64_t step)
{
	struct wakeup_shared *shared = plan->shared;

	thread_event_clear(shared->events[(step + 1) % 2]);
	gil_leave();
	int rc = block_until(slot_begin(slot) + plan->pause_ns);
	gil_enter();
	shared->given = step + 1;
	shared->given_ns = slot_begin(slot);
	thread_event_set(shared->events[step % 2]);
	if (rc == 0)
		rc = thread_semaphore_acquire(shared->all_awake, SYNC_FOREVER);
	return rc;
}

static int wakeup_wake(
	struct slot *slot, const struct wakeup_plan *plan, uint64_t step, int operation)
{
	struct wakeup_shared *shared = plan->shared;
	int rc = thread_event_wait(shared->events[step % 2], SYNC_FOREVER);

	slot_end(slot, shared->given_ns, 0, wakeup_proof(plan, step, operation));
	if (wakeup_report(plan))
		thread_semaphore_release(shared->all_awake);
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
			gil_checkpoint();
		}
	}
	return slot_result(slot);
}

int wakeup_threads(struct orders *orders)
{
	struct wakeup_shared *shared = orders->shared;

	_Static_assert(sizeof(struct thread_event) <= WAKEUP_ROOM &&
			       sizeof(struct thread_semaphore) <= WAKEUP_ROOM,
		"they fit the arena");
	thread_event_make(shared->events[0], orders_spin_ns(orders));
	thread_event_make(shared->events[1], orders_spin_ns(orders));
	thread_semaphore_make(shared->all_awake, 0, orders_spin_ns(orders));
	return crew_run(orders, wakeup_task);
}
