/*
 * file for async: regular files are always ready, so epoll cannot tell when they are; reads and
 * writes go to the runtime, which keeps the loop free. With file=inline they block it instead. A
 * heartbeat tells: a coroutine that is due every `beat` and sees how late the loop lets it run.
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

/* How long a beat was kept waiting by the task and its like: within the task's stretch of rounds,
   as at a gate the loop serves the harness. */
static void file_beaten(const struct slot *slot, uint64_t due_ns, uint64_t now_ns)
{
	bool over = slot->end_ns > slot->start_ns;
	uint64_t until_ns = over && slot->end_ns < now_ns ? slot->end_ns : now_ns;
	uint64_t from_ns = due_ns > slot->start_ns ? due_ns : slot->start_ns;

	if (slot->start_ns != 0 && from_ns < until_ns)
		lane_record(slot->orders->stalls, until_ns - from_ns);
}

static int file_beat(void *arg)
{
	const struct slot *slot = arg;
	uint64_t beat_ns = file_beat_ns(slot->orders), due_ns = slot_begin(slot) + beat_ns;

	int rc;

	do { /* the last one may be overdue when it is told to end */
		rc = async_sleep_until(due_ns);
		uint64_t now_ns = slot_begin(slot);
		file_beaten(slot, due_ns, now_ns);
		due_ns = now_ns + beat_ns;
	} while (rc == 0);
	return 0;
}

static int file_work(struct slot *slot)
{
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

static int file_task(void *arg)
{
	struct slot *slot = arg;
	struct async_task *beat = NULL;

	if (slot->index == 0 && file_beat_ns(slot->orders) > 0)
		beat = async_spawn(file_beat, slot);
	int rc = file_work(slot);
	if (beat != NULL) {
		async_task_cancel(beat);
		(void)async_task_join(beat);
	}
	return rc;
}

int file_async(struct orders *orders)
{
	return file_verified(orders, crew_run(orders, file_task));
}
