/*
 * file for processes: each blocks in its own read or write.
 */
#include "bench/file/file.h"

static int file_task(void *arg)
{
	struct slot *slot = arg;
	struct file_job job = file_job(slot);

	while (slot_round(slot)) {
		for (int i = 0; i < job.operations; i++) {
			const off_t offset = file_aim(&job, i);
			uint64_t start_ns = slot_begin(slot);
			ssize_t bytes = file_transfer(&job, offset);
			if (bytes < 0) {
				slot->rc = (int)bytes;
				return slot_result(slot);
			}
			slot_end(slot, start_ns, (uint64_t)bytes, file_proof(&job));
		}
	}
	return slot_result(slot);
}

int file_processes(struct orders *orders)
{
	return file_verified(orders, crew_run(orders, file_task));
}
