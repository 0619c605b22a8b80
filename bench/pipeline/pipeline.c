/*
 * pipeline: parameters, the pipes and files, what a line is. See pipeline.h.
 */
#include "bench/pipeline/pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/draw.h"
#include "bench/file/scratch.h"
#include "harness/load/endpoint.h"

enum { PIPELINE_TASKS, PIPELINE_LINES, PIPELINE_SOURCE, PIPELINE_MATCHING };
enum source { SOURCE_PIPE, SOURCE_FILE };

static const char *const sources[] = {[SOURCE_PIPE] = "pipe", [SOURCE_FILE] = "file", NULL};
static const char end_line[] = {'e', 'n', 'd', '\n'};

static const struct param pipeline_params[] = {
	[PIPELINE_TASKS] = {"tasks", "four for each pipeline: write, follow, match, count",
		PARAM_COUNT, 4, 4000, 4, 8, NULL},
	[PIPELINE_LINES] = {"lines", "lines of a pipeline in a round", PARAM_COUNT, 1, 100000000,
		500, 5000, NULL},
	[PIPELINE_SOURCE] = {"source", "what is followed: a pipe, or a file that grows",
		PARAM_CHOICE, SOURCE_PIPE, SOURCE_FILE, SOURCE_PIPE, SOURCE_PIPE, sources},
	[PIPELINE_MATCHING] = {"matching", "percent of the lines that match", PARAM_COUNT, 0, 100,
		10, 10, NULL},
	{NULL, NULL, PARAM_COUNT, 0, 0, 0, 0, NULL},
};

/* In the arena. A pipeline has links[3 i] … links[3 i + 2]: read and written end. */
struct pipeline {
	char *blocks;
	int opened; /* links */
	int links[][2];
};

enum { LINKS = PIPELINE_ROLES - 1 };

static size_t pipeline_bytes(const struct orders *orders)
{
	return sizeof(struct pipeline) + (size_t)orders->tasks * 2 * sizeof(int);
}

static size_t pipeline_arena_bytes(const struct orders *orders)
{
	return pipeline_bytes(orders) + (size_t)orders->tasks * 2 * PIPELINE_BLOCK + 256;
}

static int pipeline_open(struct orders *orders, struct pipeline *pipeline)
{
	int *link = pipeline->links[pipeline->opened];
	bool file = pipeline->opened % LINKS == 0 && orders->values[PIPELINE_SOURCE] == SOURCE_FILE;
	int rc = 0;

	if (!file)
		rc = pipe2(link, O_CLOEXEC) == 0 ? 0 : -errno;
	else
		rc = link[0] = link[1] = scratch_open(scratch_folder(SCRATCH_TMP));
	if (rc < 0)
		return rc;
	pipeline->opened++;
	return 0;
}

static int pipeline_prepare(struct orders *orders)
{
	struct pipeline *pipeline = arena_take(orders->arena, pipeline_bytes(orders));
	int rc = 0;

	orders->shared = pipeline;
	if (orders->tasks % PIPELINE_ROLES != 0) {
		orders_verdict(orders, STATUS_IMPOSSIBLE, "%d tasks are no pipelines of %d",
			orders->tasks, PIPELINE_ROLES);
		return -EINVAL;
	}
	pipeline->blocks = arena_take(orders->arena, (size_t)orders->tasks * 2 * PIPELINE_BLOCK);
	endpoint_reserve(2 * orders->tasks);
	while (rc == 0 && pipeline->opened < orders->tasks / PIPELINE_ROLES * LINKS)
		rc = pipeline_open(orders, pipeline);
	return rc;
}

static void pipeline_finish(struct orders *orders)
{
	struct pipeline *pipeline = orders->shared;

	for (; pipeline != NULL && pipeline->opened > 0; pipeline->opened--) {
		const int *link = pipeline->links[pipeline->opened - 1];
		close(link[0]);
		if (link[1] != link[0])
			close(link[1]);
	}
}

struct pipeline_stage pipeline_stage(const struct slot *slot)
{
	const struct orders *orders = slot->orders;
	struct pipeline *pipeline = orders->shared;
	char *blocks = pipeline->blocks + (size_t)slot->index * 2 * PIPELINE_BLOCK;
	int index = slot->index / PIPELINE_ROLES, role = slot->index % PIPELINE_ROLES;
	bool file = orders->values[PIPELINE_SOURCE] == SOURCE_FILE;
	int(*links)[2] = &pipeline->links[index * LINKS];

	return (struct pipeline_stage){.role = (enum pipeline_role)role,
		.in = role > WRITE_LINES ? links[role - 1][0] : -1,
		.out = role < COUNT ? links[role][1] : -1,
		.in_file = file && role == FOLLOW,
		.out_file = file && role == WRITE_LINES,
		.pipeline = (uint32_t)index,
		.lines = orders->values[PIPELINE_LINES],
		.input = blocks,
		.output = blocks + PIPELINE_BLOCK};
}

void pipeline_round(struct pipeline_stage *stage)
{
	stage->line = 0;
	stage->ended = false;
}

/* Lines of the round until the block is full or the round over; they are the same in all rounds. */
static void write_lines(const struct slot *slot, struct pipeline_stage *stage)
{
	int64_t matching = slot->orders->values[PIPELINE_MATCHING];

	while (!stage->ended && PIPELINE_BLOCK - stage->used >= PIPELINE_LINE_MAX) {
		uint64_t value = draw(slot->orders->seed, stage->pipeline, (uint64_t)stage->line);
		bool match = (int64_t)(value % 100) < matching;
		char *at = stage->output + stage->used;
		if (stage->line == stage->lines) {
			memcpy(at, end_line, sizeof(end_line));
			stage->used += sizeof(end_line);
			stage->ended = true;
			return;
		}
		stage->used +=
			(size_t)snprintf(at, PIPELINE_LINE_MAX, "%08" PRIx64 " %s %016" PRIx64 "\n",
				(uint64_t)stage->line++, match ? "ERROR" : "fine", value);
	}
}

/* A line has come to a stage: does it go on? */
static bool goes_on(struct slot *slot, struct pipeline_stage *stage, const char *line, size_t bytes)
{
	bool matches = memmem(line, bytes, " ERROR ", 7) != NULL;

	if (stage->role == MATCH)
		slot_count(slot, 1, bytes, 0);
	if (stage->role == COUNT)
		slot_count(slot, 0, 0, strtoull(line + bytes - 17, NULL, 16));
	return stage->role == FOLLOW || (stage->role == MATCH && matches);
}

int pipeline_pass(struct slot *slot, struct pipeline_stage *stage, size_t got)
{
	char *at = stage->input, *end = stage->input + stage->held + got, *next;

	stage->used = 0;
	if (stage->role == WRITE_LINES) {
		write_lines(slot, stage);
		return 0;
	}
	while (!stage->ended && at < end && (next = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		size_t bytes = (size_t)(++next - at);
		bool last = bytes == sizeof(end_line) && memcmp(at, end_line, bytes) == 0;
		if (!last && (bytes < 30 || bytes > PIPELINE_LINE_MAX)) {
			orders_verdict(slot->orders, STATUS_INVALID,
				"task %d: a line of %zu bytes is none of ours", slot->index, bytes);
			return -EPROTO;
		}
		if (last || goes_on(slot, stage, at, bytes)) {
			memcpy(stage->output + stage->used, at, bytes);
			stage->used += bytes;
		}
		stage->ended |= last;
		at = next;
	}
	stage->held = (size_t)(end - at);
	stage->pending = stage->ended && stage->held > 0;
	memmove(stage->input, at, stage->held);
	if (stage->held < PIPELINE_BLOCK)
		return 0;
	orders_verdict(slot->orders, STATUS_INVALID, "task %d: a line without end", slot->index);
	return -EPROTO;
}

void pipeline_forget(const struct pipeline_stage *stage)
{
	enum { EVERY = 1 << 20 };

	if (stage->in_offset / EVERY != (stage->in_offset - PIPELINE_BLOCK) / EVERY)
		(void)!fallocate(stage->in, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			stage->in_offset - PIPELINE_BLOCK);
}

const struct workload pipeline_workload = {
	.name = "pipeline",
	.summary = "lines through follow, match and count, in constant memory",
	.kind = "I/O",
	.operation = "one line through follow, match, count",
	.params = pipeline_params,
	.concurrency = PIPELINE_TASKS,
	.flags = WORKLOAD_MEET | WORKLOAD_NO_LATENCY | WORKLOAD_NO_CHUNKS,
	.pool = POOL_TASKS,
	.arena_bytes = pipeline_arena_bytes,
	.prepare = pipeline_prepare,
	.finish = pipeline_finish,
	.run =
		{
			[FAMILY_ASYNC] = pipeline_async,
			[FAMILY_THREADS] = pipeline_threads,
			[FAMILY_PROCESSES] = pipeline_processes,
		},
	.why_not = {[FAMILY_STACKLESS] = "reads of files cannot be awaited by a frame"},
};
