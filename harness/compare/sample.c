#include "harness/compare/sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stats/order.h"

enum {
	GROUPS = 40,    /* chunks are merged into at most so many: alike for both sides */
	GROUPS_MIN = 10 /* fewer have no median worth the name */
};

/* A chunk that takes longer than so many medians is a stall. */
static const double stall_medians = 1.5;

const struct metric_facts metric_facts[METRICS] = {
	[METRIC_WALL] = {"wall", METRIC_NS, true, 0.02, 0.05},
	[METRIC_CPU] = {"cpu", METRIC_NS, true, 0.02, 0.05},
	[METRIC_STALL] = {"stall", METRIC_SHARE, false, 0.02, 0.05},
	[METRIC_MEMORY] = {"memory", METRIC_BYTES, true, 0.02, 0.05},
	[METRIC_SWITCHES] = {"switches", METRIC_COUNT, true, 0.02, 0.05},
};

/*
 * The chunks after the first tenth, merged into groups of equal size. How many operations a chunk
 * has is chosen by each invocation for itself; the merged ones are parts of the same whole.
 *   Returns  their number; 0 where there are too few.
 */
static int merge_chunks(const struct record *record, double *groups)
{
	int64_t skip = record->chunks / 10 > 2 ? record->chunks / 10 : 2;
	int64_t left = record->chunks - skip;
	int64_t size = (left + GROUPS - 1) / GROUPS;
	int count = 0;

	if (left < GROUPS_MIN)
		return 0;
	for (int64_t i = skip; i + size <= record->chunks; i += size) {
		uint64_t ns = 0;
		for (int64_t j = i; j < i + size; j++)
			ns += record->chunks_ns[j];
		groups[count++] = (double)ns / (double)(size * record->chunk_operations);
	}
	return count >= GROUPS_MIN ? count : 0;
}

static void take_chunks(struct sample *sample, const struct record *record)
{
	double groups[GROUPS + 1], total = 0, beyond = 0;
	int count = record->chunk_operations > 0 ? merge_chunks(record, groups) : 0;

	if (count == 0)
		return;
	double median = order_median_of(groups, count);
	for (int i = 0; i < count; i++) {
		total += groups[i];
		if (groups[i] > stall_medians * median)
			beyond += groups[i] - median;
	}
	sample->values[METRIC_WALL] = median;
	sample->values[METRIC_STALL] = total > 0 ? beyond / total : NAN;
}

/* The tree's set size at its largest, and what the kernel holds for the tasks. */
static double memory_of(const struct record *record)
{
	double kernel = record->memory.kernel_per_task * (double)record->work.tasks;

	if (record->memory.measured == 0 || record->memory.peak < 0)
		return NAN;
	return (double)record->memory.peak + (kernel > 0 ? kernel : 0);
}

void sample_from_record(struct sample *sample, const struct record *record, bool wall)
{
	double operations = (double)record->work.operations;

	memset(sample, 0, sizeof(*sample));
	for (int i = 0; i < METRICS; i++)
		sample->values[i] = NAN;
	sample->window_wall = NAN;
	sample->status = record->status;
	snprintf(sample->reason, sizeof(sample->reason), "%s", record->reason);
	sample->work = record->work;
	if (record->status == STATUS_OK && record->kind == KIND_MEMORY)
		sample->values[METRIC_MEMORY] = memory_of(record);
	/* a figure of time from an invocation that was stopped to be weighed would be none */
	if (record->status != STATUS_OK || record->kind != KIND_TIME || operations <= 0)
		return;
	sample->values[METRIC_CPU] = (double)record->window.cpu_ns / operations;
	sample->values[METRIC_SWITCHES] =
		(double)(record->window.voluntary + record->window.involuntary) / operations;
	if (!wall)
		return;
	sample->window_wall = (double)record->window.ns / operations;
	take_chunks(sample, record);
}

const char *sample_difference(const struct sample *a, const struct sample *b)
{
	return a->work.rounds != b->work.rounds           ? "rounds"
	       : a->work.tasks != b->work.tasks           ? "tasks"
	       : a->work.operations != b->work.operations ? "operations"
	       : a->work.bytes != b->work.bytes           ? "bytes"
	       : a->work.checksum != b->work.checksum     ? "checksum"
							  : NULL;
}
