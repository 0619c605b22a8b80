/*
 * idle for threads: each waits in the kernel by itself.
 */
#include "bench/idle/idle.h"

#include "bench/block_until.h"
#include "bench/stack_touch.h"
#include "models/threads/gil.h"

static int idle_task(void *arg)
{
	struct slot *slot = arg;
	const struct idle_plan plan = idle_plan(slot);

	stack_touch(plan.touch_bytes);
	while (slot_round(slot)) {
		const uint64_t deadline_ns = slot_begin(slot) + plan.hold_ns;
		gil_leave();
		slot->rc = block_until(deadline_ns);
		gil_enter();
		if (slot->rc != 0)
			break;
		slot_count(slot, 1, 0, idle_proof(&plan, deadline_ns));
		gil_checkpoint();
	}
	return slot_result(slot);
}

int idle_threads(struct orders *orders)
{
	return crew_run(orders, idle_task);
}
