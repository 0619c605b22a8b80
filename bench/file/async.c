/*
 * file for async: regular files are always ready, so epoll cannot tell when they are; reads and
 * writes go to the runtime, which keeps the loop free. With file=inline they block it instead.
 */
#include "bench/file/file.h"

#include "models/async/async.h"

static ssize_t file_transfer_async(const struct file_job *job, off_t offset)
{
	if (job->is_inline)
		return file_transfer(job, offset);
	if (job->writes)
		return async_pwrite(job->fd, job->buffer, FILE_BLOCK, offset);
	return async_pread(job->fd, job->buffer, FILE_BLOCK, offset);
}

static int file_task(void *arg)
{
	struct slot *slot = arg;
	struct file_job job = file_job(slot);

	while (slot_round(slot)) {
		for (int i = 0; i < job.operations; i++) {
			const off_t offset = file_aim(&job, i);
			uint64_t start_ns = slot_begin(slot);
			ssize_t bytes = file_transfer_async(&job, offset);
			if (bytes < 0) {
				slot->rc = (int)bytes;
				return slot_result(slot);
			}
			slot_end(slot, start_ns, (uint64_t)bytes, file_proof(&job));
			async_yield();
		}
	}
	return slot_result(slot);
}

int file_async(struct orders *orders)
{
	return file_verified(orders, crew_run(orders, file_task));
}
