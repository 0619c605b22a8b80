/*
 * pipeline on the event loop: a coroutine per stage.
 */
#include <errno.h>

#include "bench/pipeline/pipeline.h"
#include "models/async/async.h"

static ssize_t stage_read(struct slot *slot, struct pipeline_stage *stage)
{
	char *into = stage->input + stage->held;
	size_t room = PIPELINE_BLOCK - stage->held;
	ssize_t got;

	if (!stage->in_file) {
		got = async_read(stage->in, into, room);
		return got == 0 ? -EPIPE : got;
	}
	while ((got = async_pread(stage->in, into, room, stage->in_offset)) == 0) {
		int rc = async_sleep_until(slot_begin(slot) + PIPELINE_PAUSE_NS);
		if (rc != 0)
			return rc;
	}
	stage->in_offset += got > 0 ? got : 0;
	pipeline_forget(stage);
	return got;
}

static int stage_write(struct pipeline_stage *stage)
{
	ssize_t written = 0;

	if (stage->used == 0 || stage->out < 0)
		return 0;
	written = stage->out_file
			  ? async_pwrite(stage->out, stage->output, stage->used, stage->out_offset)
			  : async_write(stage->out, stage->output, stage->used);
	stage->out_offset += written > 0 ? written : 0;
	return written < 0 ? (int)written : 0;
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

int pipeline_async(struct orders *orders)
{
	return crew_run(orders, pipeline_task);
}
