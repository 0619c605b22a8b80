/*
 * pipeline on threads: one per stage.
 */
#include <errno.h>
#include <unistd.h>

#include "bench/block_until.h"
#include "bench/pipeline/pipeline.h"
#include "models/threads/gil.h"

/* Reads, or waits a moment where the file has no more; 0: look again. */
static ssize_t read_once(struct slot *slot, struct pipeline_stage *stage, char *into, size_t room)
{
	gil_leave();
	ssize_t got = stage->in_file ? pread(stage->in, into, room, stage->in_offset)
				     : read(stage->in, into, room);
	ssize_t rc = got < 0 ? -errno : got;
	if (rc == 0 && !stage->in_file)
		rc = -EPIPE;
	else if (rc == 0)
		rc = block_until(slot_begin(slot) + PIPELINE_PAUSE_NS);
	gil_enter();
	return rc;
}

static ssize_t stage_read(struct slot *slot, struct pipeline_stage *stage)
{
	ssize_t got;

	do
		got = read_once(
			slot, stage, stage->input + stage->held, PIPELINE_BLOCK - stage->held);
	while (got == 0);
	if (got > 0 && stage->in_file) {
		stage->in_offset += got;
		pipeline_forget(stage);
	}
	return got;
}

static int stage_write(struct pipeline_stage *stage)
{
	int rc = 0;

	gil_leave();
	for (size_t done = 0; rc == 0 && stage->out >= 0 && done < stage->used;) {
		const char *from = stage->output + done;
		size_t bytes = stage->used - done;
		ssize_t written = stage->out_file
					  ? pwrite(stage->out, from, bytes, stage->out_offset)
					  : write(stage->out, from, bytes);
		if (written < 0)
			rc = -errno;
		stage->out_offset += written > 0 ? written : 0;
		done += written > 0 ? (size_t)written : 0;
	}
	gil_enter();
	return rc;
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
			gil_checkpoint();
		}
	}
	return slot_result(slot);
}

int pipeline_threads(struct orders *orders)
{
	return crew_run(orders, pipeline_task);
}
