/*
 * pipeline on processes: a child per stage, as a shell makes them.
 */
#include <errno.h>
#include <unistd.h>

#include "bench/block_until.h"
#include "bench/pipeline/pipeline.h"

static ssize_t stage_read(struct slot *slot, struct pipeline_stage *stage)
{
	char *into = stage->input + stage->held;
	size_t room = PIPELINE_BLOCK - stage->held;
	ssize_t got;

	if (!stage->in_file) {
		got = read(stage->in, into, room);
		return got < 0 ? -errno : got == 0 ? -EPIPE : got;
	}
	while ((got = pread(stage->in, into, room, stage->in_offset)) == 0) {
		int rc = block_until(slot_begin(slot) + PIPELINE_PAUSE_NS);
		if (rc != 0)
			return rc;
	}
	if (got < 0)
		return -errno;
	stage->in_offset += got;
	pipeline_forget(stage);
	return got;
}

static int stage_write(struct pipeline_stage *stage)
{
	for (size_t done = 0; stage->out >= 0 && done < stage->used;) {
		const char *from = stage->output + done;
		size_t bytes = stage->used - done;
		ssize_t written = stage->out_file
					  ? pwrite(stage->out, from, bytes, stage->out_offset)
					  : write(stage->out, from, bytes);
		if (written < 0)
			return -errno;
		stage->out_offset += written;
		done += (size_t)written;
	}
	return 0;
}

static int pipeline_task(void *arg)
{
	struct slot *slot = arg;
	struct pipeline_stage stage = pipeline_stage(slot);

	while (slot->rc == 0 && slot_round(slot)) {
		pipeline_round(&stage);
		while (slot->rc == 0 && !stage.ended) {
			bool reads = stage.in >= 0 && !stage.pending;
			ssize_t got = reads ? stage_read(slot, &stage) : 0;
			slot->rc = got < 0 ? (int)got : pipeline_pass(slot, &stage, (size_t)got);
			if (slot->rc == 0)
				slot->rc = stage_write(&stage);
		}
	}
	return slot_result(slot);
}

int pipeline_processes(struct orders *orders)
{
	return crew_run(orders, pipeline_task);
}
