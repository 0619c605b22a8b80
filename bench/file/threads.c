/*
 * file for threads: each blocks in its own read or write.
 */
#include "bench/file/file.h"

#include "models/threads/gil.h"

static int file_task(void *arg)
{
	struct slot *slot = arg;
	struct file_job job = file_job(slot);

	while (slot_round(slot)) {
		for (int i = 0; i < job.operations; i++) {
			const off_t offset = file_aim(&job, i);
			uint64_t start_ns = slot_begin(slot);
			gil_leave();
			ssize_t bytes = file_transfer(&job, offset);
			gil_enter();
			if (bytes < 0) {
				slot->rc = (int)bytes;
				return slot_result(slot);
			}
			slot_end(slot, start_ns, (uint64_t)bytes, file_proof(&job));
			gil_checkpoint();
		}
	}
	return slot_result(slot);
}

int file_threads(struct orders *orders)
{
	return file_verified(orders, crew_run(orders, file_task));
}
