/*
 * mixed for async: all wait in one event loop, and everybody waits while one computes.
 */
#include "bench/mixed/mixed.h"

#include "models/async/async.h"

static int mixed_task(void *arg)
{
	struct slot *slot = arg;
	const struct mixed_plan plan = mixed_plan(slot);

	while (slot->rc == 0 && slot_round(slot)) {
		for (int i = 0; i < (int)plan.operations; i++) {
			struct mixed_request request = mixed_request(&plan, i);
			uint64_t start_ns = slot_begin(slot);
			slot->rc = async_sleep_until(start_ns + request.wait_ns);
			if (slot->rc == 0)
				slot->rc = async_compute(mixed_compute, &request);
			if (slot->rc != 0)
				break;
			mixed_end(slot, start_ns, &request);
		}
	}
	return slot_result(slot);
}

int mixed_async(struct orders *orders)
{
	return crew_run(orders, mixed_task);
}
