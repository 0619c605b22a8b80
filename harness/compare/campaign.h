/*
 * What a log of many comparisons says about rules of deciding: how often each raises a false alarm
 * on two copies of one program, and how often it finds a change that was injected. All rules see
 * the same invocations. Ours is judged anew by the code that judges in earnest; what its spinners
 * waited is not in the log, so that EQUIVALENT by the stall share may be said more often here.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_CAMPAIGN_H
#define CONCBENCH_HARNESS_COMPARE_CAMPAIGN_H

#include "harness/compare/quadlog.h"
#include "harness/report/grid.h"

/*
 * Rules. In turns: as measured. In blocks: the first half of a benchmark's invocations is taken for
 * the base, the second for the head, the order in which the usual tools run; only where both sides
 * are copies.
 */
enum rule {
	RULE_OURS,
	RULE_THRESHOLD, /* means differ by more than 5 %, as people read hyperfine */
	RULE_RANKS,     /* Mann-Whitney, p < 0.05, as benchstat marks a change */
	RULE_DOUBLE,    /* the mean is more than 200 % of the base's */
	RULES
};
enum layout { IN_TURNS, IN_BLOCKS, LAYOUTS };

/* Comparisons of copies. */
struct false_alarms {
	int suites, cut;            /* complete ones, those that were not */
	int contaminated;           /* without a verdict: the machine changed sides */
	int alarms[RULES][LAYOUTS]; /* suites with at least one; ours has no blocks */
	int scaled[RULES],
		scaled_count; /* a block made 5 % slower on paper: found, of benchmarks */
	double flips;         /* alarms over all flips of signs, mean of the suites */
	double seconds;       /* of all */
	int quads;
};

enum { TRIAL_KINDS_MAX = 64 };

/* Comparisons with one injection into one benchmark. */
struct trials {
	char injection[QUADLOG_TEXT_MAX];
	char benchmark[2 * RECORD_NAME_MAX + 8];
	int trials, contaminated;
	int regressed, improved, equivalent, inconclusive; /* by its worst pair */
	int found[RULES];                                  /* by the others, in turns */
	int inside[2], intervals[2]; /* wall, cpu: share in the 95 % interval */
	double seconds_most;
	int quads;
};

struct campaign {
	struct false_alarms alarms;
	struct trials trials[TRIAL_KINDS_MAX];
	int trials_count;
};

/*
 * Evaluates rows as quadlog_read left them.
 *   Returns  0, -ENOMEM, -E2BIG for more than TRIAL_KINDS_MAX kinds, -EEXIST when a comparison is
 *            there twice: its rows would count twice.   Threads: any.
 */
int campaign_evaluate(struct campaign *campaign, const struct quad_row *rows, int count)
	__attribute__((warn_unused_result));

/* Both tables. 0 or -ENOMEM. */
int campaign_write(const struct writer *writer, const struct campaign *campaign)
	__attribute__((warn_unused_result));

/*
 * The share of all ways to flip the signs of quads, each as likely when there is no difference, in
 * which some finding of a benchmark is significant at `alpha`.
 *   findings  of one benchmark, values quad by quad; at most 20 quads, else the sum over the
 *             findings of their binomial tails, which is no less
 */
double campaign_flips(const struct finding *findings, int count, double alpha);

#endif
