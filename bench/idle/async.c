/*
 * idle for async: all wait in the timers of one event loop.
 */
#include "bench/idle/idle.h"

#include "bench/stack_touch.h"
#include "models/async/async.h"

static int idle_task(void *arg)
{
	struct slot *slot = arg;
	const struct idle_plan plan = idle_plan(slot);

	stack_touch(plan.touch_bytes);
	while (slot_round(slot)) {
		const uint64_t deadline_ns = slot_begin(slot) + plan.hold_ns;
		slot->rc = async_sleep_until(deadline_ns);
		if (slot->rc != 0)
			break;
		slot_count(slot, 1, 0, idle_proof(&plan, deadline_ns));
	}
	return slot_result(slot);
}

int idle_async(struct orders *orders)
{
	return crew_run(orders, idle_task);
}
