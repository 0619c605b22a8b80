/*
 * hash for threads: as many compute at once as there are CPUs, or one under the global lock.
 */
#include "bench/hash/hash.h"

#include "models/threads/gil.h"

static int hash_task(void *arg)
{
	struct slot *slot = arg;
	struct hash_job job;

	slot->rc = hash_job(&job, slot);
	while (slot->rc == 0 && slot_round(slot)) {
		for (int i = 0; i < job.operations; i++) {
			uint64_t start_ns = slot_begin(slot);
			job.operation = i;
			slot->rc = hash_block(&job);
			if (slot->rc != 0)
				break;
			slot_end(slot, start_ns, job.block_bytes, job.folded);
			gil_checkpoint();
		}
	}
	return slot_result(slot);
}

int hash_threads(struct orders *orders)
{
	return crew_run(orders, hash_task);
}
