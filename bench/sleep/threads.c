/*
 * sleep for threads: each waits in the kernel by itself.
 */
#include "bench/sleep/sleep.h"

#include "bench/block_until.h"
#include "bench/stack_touch.h"
#include "models/threads/gil.h"

static int sleep_task(void *arg)
{
	struct slot *slot = arg;
	const struct sleep_plan plan = sleep_plan(slot);

	stack_touch(plan.touch_bytes);
	while (slot_round(slot)) {
		uint64_t from_ns = slot_begin(slot);
		for (int i = 0; i < plan.operations; i++) {
			const uint64_t deadline_ns = from_ns + plan.wait_ns;
			gil_leave();
			slot->rc = block_until(deadline_ns);
			gil_enter();
			if (slot->rc != 0)
				return slot_result(slot);
			slot_end(slot, from_ns, 0, sleep_proof(&plan, i, deadline_ns));
			stack_touch(plan.touch_bytes);
			from_ns = plan.periodic ? deadline_ns : slot_begin(slot);
			gil_checkpoint();
		}
	}
	return slot_result(slot);
}

int sleep_threads(struct orders *orders)
{
	return crew_run(orders, sleep_task);
}
