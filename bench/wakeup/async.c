/*
 * wakeup for async: an event in whose line all wait; the loop runs them one after the other.
 */
#include "bench/wakeup/wakeup.h"

#include "models/async/async.h"

/* Clears what the workers have left, lets them settle, wakes them and waits until all are awake. */
static int wakeup_give(const struct slot *slot, const struct wakeup_plan *plan, uint64_t step)
{
	struct wakeup_shared *shared = plan->shared;

	async_event_clear(shared->events[(step + 1) % 2]);
	int rc = async_sleep_until(slot_begin(slot) + plan->pause_ns);
	shared->given = step + 1;
	shared->given_ns = slot_begin(slot);
	async_event_set(shared->events[step % 2]);
	if (rc == 0)
		rc = async_semaphore_acquire(shared->all_awake);
	return rc;
}

static int wakeup_wake(
	struct slot *slot, const struct wakeup_plan *plan, uint64_t step, int operation)
{
	struct wakeup_shared *shared = plan->shared;
	int rc = async_event_wait(shared->events[step % 2]);

	slot_end(slot, shared->given_ns, 0, wakeup_proof(plan, step, operation));
	if (wakeup_report(plan))
		async_semaphore_release(shared->all_awake);
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

int wakeup_async(struct orders *orders)
{
	_Static_assert(sizeof(struct async_event) <= WAKEUP_ROOM &&
			       sizeof(struct async_semaphore) <= WAKEUP_ROOM,
		"they fit the arena");
	return crew_run(orders, wakeup_task);
}
