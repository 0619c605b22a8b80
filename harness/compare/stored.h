/*
 * Two stored results side by side: advisory, never a verdict. What was measured apart, perhaps on
 * different machines, says which model won and by what ratio, for a ratio between models travels;
 * it does not say that something got slower.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_STORED_H
#define CONCBENCH_HARNESS_COMPARE_STORED_H

#include <stdbool.h>

#include "harness/report/grid.h"
#include "harness/report/group.h"
#include "harness/report/hyperfine.h"

struct stored_summary {
	int benchmarks; /* in both */
	int changed;    /* of them with another winner */
	int lost;       /* in one only */
	bool same_machine;
};

/*
 * The tables of two runs of concbench: ratios to the best in both, and which winner changed.
 *   Returns  0 or -ENOMEM.   Owner: sessions stay the caller's.
 */
int stored_runs(const struct writer *writer, const struct session *const sessions[2],
	struct stored_summary *summary) __attribute__((warn_unused_result));

/* The same of two files of hyperfine: commands of the same text. */
int stored_hyperfine(const struct writer *writer, const struct hyperfine *const files[2],
	struct stored_summary *summary) __attribute__((warn_unused_result));

/* The last line, and what it does not say. */
void stored_verdict(const struct writer *writer, const struct stored_summary *summary);

#endif
