/*
 * pipeline: lines are written, followed, matched and counted, by a task each; between two stages is
 * a pipe, between the first two a pipe or a file that grows (tail -f | grep | wc -l). Every stage
 * has one block of memory, however much flows through it.
 */
#ifndef CONCBENCH_BENCH_PIPELINE_PIPELINE_H
#define CONCBENCH_BENCH_PIPELINE_PIPELINE_H

#include <stdbool.h>

#include "harness/workload.h"

extern const struct workload pipeline_workload;

int pipeline_async(struct orders *orders);
int pipeline_threads(struct orders *orders);
int pipeline_processes(struct orders *orders);

enum {
	PIPELINE_BLOCK = 4096,
	PIPELINE_LINE_MAX = 64,
	PIPELINE_PAUSE_NS = 100000 /* a follower looks again, as tail -f does */
};

enum pipeline_role { WRITE_LINES, FOLLOW, MATCH, COUNT, PIPELINE_ROLES };

/* One stage; what it has in hand is in these two blocks and nowhere else. */
struct pipeline_stage {
	enum pipeline_role role;
	int in, out;            /* descriptors; -1: none */
	bool in_file, out_file; /* at an offset, which only the stage knows */
	int64_t in_offset, out_offset;
	uint32_t pipeline;
	int64_t lines, line; /* of a round; written so far */
	bool ended;          /* the round's last line has passed */
	bool pending;        /* lines of the next round are held */
	size_t held, used;   /* bytes in the blocks */
	char *input, *output;
};

struct pipeline_stage pipeline_stage(const struct slot *slot);

/* A round begins. */
void pipeline_round(struct pipeline_stage *stage);

/*
 * So many bytes more are in `input`, behind those held: takes its whole lines and leaves in
 * `output` what goes on to the next stage. The writer makes lines instead, of nothing.
 *   Returns  0, -EPROTO (with the verdict stated) for a line that is none of ours.
 */
int pipeline_pass(struct slot *slot, struct pipeline_stage *stage, size_t got)
	__attribute__((warn_unused_result));

/* What has been followed is given back to the file system, so that the file does not grow. */
void pipeline_forget(const struct pipeline_stage *stage);

#endif
