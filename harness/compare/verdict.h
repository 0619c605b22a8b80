/*
 * The verdict over a whole comparison: which (benchmark, metric) pairs got worse, which surely did
 * not, and what could not be seen. Pure arithmetic on the quads' values.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_VERDICT_H
#define CONCBENCH_HARNESS_COMPARE_VERDICT_H

#include <stdbool.h>

#include "harness/stats/interval.h"

enum verdict { VERDICT_REGRESSED, VERDICT_INCONCLUSIVE, VERDICT_EQUIVALENT, VERDICT_IMPROVED };
extern const char *const verdict_names[]; /* "REGRESSED", … */

/* Family-wise error rate of all gated tests together, and the power that plans aim at. */
extern const double verdict_alpha, verdict_power;

/*
 * Where more of the time than this goes to pauses without any change, one more may hide among them:
 * it is diluted, and what else waits lifts the median that it is measured by.
 */
extern const double verdict_blind;

/* One (benchmark, metric) pair. */
struct finding {
	/* given: one value per quad, log-ratio or difference of head against base */
	const double *values;
	int n;
	bool ratio;            /* values are log-ratios */
	bool shown;            /* in tables; gated ones are */
	bool gated;            /* takes part in the decision */
	double margin, target; /* as in metric_facts */
	double lost;           /* share of the time; beyond verdict_blind nothing is EQUIVALENT */
	/* found; changes are ratio - 1 or differences */
	struct interval change; /* two-sided, 95 % */
	double upper;           /* one-sided, 95 %; infinite for n < 5 */
	double p;               /* of "no worse than the margin", adjusted by Holm */
	double sigma;           /* noise of a quad, as a change */
	double detectable;      /* least change found with verdict_power at this n; infinite */
	int needed;             /* quads for the target; POWER_N_MAX: more than can be told */
	enum verdict verdict;
};

/*
 * Decides all findings at once. Ungated ones are described, not judged by Holm with the others.
 *   Returns  0 or -ENOMEM.   Threads: any.
 */
int verdict_judge(struct finding *findings, int count) __attribute__((warn_unused_result));

/*
 * Is the interval so narrow that the target would be found? Half the distance between the bounds
 * that decide, whatever the distribution; the sign of a change does not enter, so that to stop by
 * it favours no verdict.
 */
bool verdict_is_narrow(const struct finding *finding, int tests);

/*
 * Quads that find the target in `tests` gated pairs, from a pilot.
 *   Returns  at least pilot's n.
 */
int verdict_plan(const struct finding *pilot, int tests);

#endif
