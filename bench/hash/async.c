/*
 * hash for async: one after the other on the loop, or sent away where the model offloads
 * computation. A coroutine that computes gives way after each block, or the next task would start
 * when it ends.
 */
#include "bench/hash/hash.h"

#include "models/async/async.h"

static int hash_task(void *arg)
{
	struct slot *slot = arg;
	struct hash_job job;

	slot->rc = hash_job(&job, slot);
	while (slot->rc == 0 && slot_round(slot)) {
		for (int i = 0; i < job.operations; i++) {
			uint64_t start_ns = slot_begin(slot);
			job.operation = i;
			slot->rc = async_compute(hash_block, &job);
			if (slot->rc != 0)
				break;
			slot_end(slot, start_ns, job.block_bytes, job.folded);
			async_yield();
		}
	}
	return slot_result(slot);
}

int hash_async(struct orders *orders)
{
	return crew_run(orders, hash_task);
}
