/*
 * From the quads of a comparison to its plan and its verdicts: what is tolerated of whom, how many
 * quads the noise asks for, and whether the machine held still. Nothing is measured here.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_JUDGE_H
#define CONCBENCH_HARNESS_COMPARE_JUDGE_H

#include "harness/compare/compare.h"

/* So many quads, or fewer where the caller has set a bound. */
int comparison_cap(
	const struct comparison *comparison, const struct compared *benchmark, int quads);

/* After the pilot: how many quads each benchmark needs for its noisiest gated metric. */
void comparison_plan(struct comparison *comparison);

/*
 * After the pilot, now and then: a benchmark whose intervals are narrow enough is done, one whose
 * plan was too small gets more.
 */
void comparison_look(struct comparison *comparison, int benchmark);

/* Findings of all benchmarks, and the canaries. 0 or -ENOMEM. */
int comparison_judge(struct comparison *comparison) __attribute__((warn_unused_result));

#endif
