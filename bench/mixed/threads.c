/*
 * mixed for threads: each waits in the kernel and computes by itself.
 */
#include "bench/mixed/mixed.h"

#include "bench/block_until.h"
#include "models/threads/gil.h"

static int mixed_task(void *arg)
{
	struct slot *slot = arg;
	const struct mixed_plan plan = mixed_plan(slot);

	while (slot->rc == 0 && slot_round(slot)) {
		for (int i = 0; i < (int)plan.operations; i++) {
			struct mixed_request request = mixed_request(&plan, i);
			uint64_t start_ns = slot_begin(slot);
			gil_leave();
			slot->rc = block_until(start_ns + request.wait_ns);
			gil_enter();
			if (slot->rc == 0)
				slot->rc = mixed_compute(&request);
			if (slot->rc != 0)
				break;
			mixed_end(slot, start_ns, &request);
			gil_checkpoint();
		}
	}
	return slot_result(slot);
}

int mixed_threads(struct orders *orders)
{
	return crew_run(orders, mixed_task);
}
