/*
 * What a comparison takes from one invocation: a few figures, each with the rule by which two sides
 * are set against each other, and the work as proof that both did the same.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_SAMPLE_H
#define CONCBENCH_HARNESS_COMPARE_SAMPLE_H

#include <stdbool.h>

#include "harness/record.h"

enum metric {
	METRIC_WALL,     /* ns per operation: the median chunk; of a command: ns in all */
	METRIC_CPU,      /* ns of CPU per operation, the whole tree's */
	METRIC_STALL,    /* share of the time in chunks beyond 1.5 medians, 0 .. 1 */
	METRIC_MEMORY,   /* bytes: set size of the tree at its largest, and the kernel's side */
	METRIC_SWITCHES, /* context switches per operation: reported, never gating */
	METRICS
};

enum metric_unit { METRIC_NS, METRIC_SHARE, METRIC_BYTES, METRIC_COUNT };

struct metric_facts {
	const char *name;
	enum metric_unit unit;
	bool ratio; /* compared by ratio, else by difference */
	double margin,
		target; /* what is tolerated, and what must be found: 0.02 is 2 % or points */
};
extern const struct metric_facts metric_facts[METRICS];

struct sample {
	enum status status;
	char reason[RECORD_REASON_MAX];
	double values[METRICS]; /* NaN: n/a */
	double window_wall;     /* wall time per operation over the whole window */
	double injected;        /* of a probe: share that the head will do more, in whole rounds */
	struct record_work work;
};

/*
 * The figures of a record.
 *   wall     false where the schedule decides the wall time: that and the stall share are n/a
 *   Threads  any.
 */
void sample_from_record(struct sample *sample, const struct record *record, bool wall);

/* The first kind of work in which two samples of fixed rounds differ; NULL = none. */
const char *sample_difference(const struct sample *a, const struct sample *b);

#endif
