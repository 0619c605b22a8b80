/*
 * Carries out a comparison of two sides, base and head: quads of fresh invocations in the order
 * ABBA or BAAB by a seeded coin, a pilot, as many quads as its noise asks for and the time allows,
 * and a canary that no change can touch. Everything it knows of the world goes through the
 * interface below, its clock included, so a scripted one repeats to the digit.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_COMPARE_H
#define CONCBENCH_HARNESS_COMPARE_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/compare/sample.h"
#include "harness/compare/verdict.h"

enum arm { ARM_BASE, ARM_HEAD, ARMS };
enum { CANARY_ARITHMETIC, CANARY_PIPE, CANARIES };
enum { PILOT_QUADS = 12, COMPARED_MAX = 64, LAYOUTS_CONFIRMED = 3 };

/*
 * Benchmarks whose tasks the kernel may put on any CPU end in this; what they need of a change, and
 * what they tolerate, is wider: hand-overs between CPUs have modes a factor of two apart.
 */
extern const char compared_free_suffix[]; /* ":free" */
extern const double compared_free_margin, compared_free_target;

/* The names of the canaries. */
extern const char *const canary_names[CANARIES];

struct comparison;
struct calibration;

struct compare_world {
	/* Once per benchmark, on the base: fixes the work of both sides. The sample tells how it
	   went. Returns 0 or -EINTR, -ENOMEM. */
	int (*probe)(struct compare_world *world, int benchmark, struct sample *sample);
	/* One invocation. A crash, a hang or garbage is a sample of status failed. Returns as
	   above. */
	int (*measure)(struct compare_world *world, int benchmark, enum arm arm, int padding,
		struct sample *sample);
	/* Share of a pinned spinner's time that somebody outside took; and that it waited behind
	   tasks of this machine. */
	double (*spin)(struct compare_world *world, int benchmark, double *waited);
	/* Duration of a frozen piece of work. */
	double (*canary)(struct compare_world *world, int which);
	uint64_t (*now_ns)(struct compare_world *world);
	/* Between quads, for progress; may be NULL. */
	void (*progress)(
		struct compare_world *world, const struct comparison *comparison, int benchmark);
	/* After a quad, with its four samples in the order of time; may be NULL. Canaries come as
	   benchmarks count, count + 1. */
	void (*quad)(struct compare_world *world, const struct comparison *comparison,
		int benchmark, int order, bool kept, const struct sample *samples);
	void *log; /* quad's own */
	void *state;
};

/* What was found out of one benchmark. */
struct compared {
	char name[2 * RECORD_NAME_MAX + 8];
	bool free;       /* scheduled freely: reported, not gating */
	int quads_max;   /* of this benchmark; 0 = no bound of its own */
	double injected; /* calibration: share of work that the head really does more */
	bool given_up;
	char reason[RECORD_REASON_MAX]; /* why */
	double *values[METRICS];        /* one per quad; malloc'd */
	/* one per quad: time that went to pauses or to others without any change; malloc'd */
	double *lost;
	int counts[METRICS];
	int quads, planned, room;
	int look;              /* at so many quads the width is looked at; 0 = not yet */
	int dropped[2];        /* contaminated quads that began with base, with head */
	int failures;          /* quads in a row */
	uint64_t cost_ns;      /* of all its quads */
	double level[METRICS]; /* of the base's last quad, for orientation */
	struct finding findings[METRICS];
	/* changes with functions linked in other orders, of so many orders */
	double layouts[METRICS][LAYOUTS_CONFIRMED];
	int layouts_count;
};

struct comparison {
	/* set by the caller */
	struct compare_world *world;
	struct compared *benchmarks;
	int count;                           /* at most COMPARED_MAX */
	bool gates[METRICS], shows[METRICS]; /* what decides, what is reported beside it */
	bool gates_free;                     /* freely scheduled ones too */
	double margin, target;               /* of ratios; 0 = those of metric_facts */
	double canary_sigma[CANARIES];       /* as calibrated, of log-ratios; 0 = unknown */
	uint64_t budget_ns;
	int quads_max; /* 0 = by plan and budget */
	uint64_t seed;
	const struct calibration *calibration; /* of this class of machines; NULL = none */
	/* what happened */
	struct compared canaries[CANARIES]; /* quads of METRIC_WALL */
	bool contaminated;                  /* a canary moved */
	bool unsteady;                      /* a canary is noisier than calibrated */
	bool short_of_time;                 /* the budget ended before the plan */
	uint64_t start_ns, random;
};

/*
 * Measures and judges.
 *   Returns  0; -EINTR when told to stop, with the verdict so far; -ENOMEM.
 *   Owner    comparison_free, also after an error.
 */
int comparison_execute(struct comparison *comparison) __attribute__((warn_unused_result));
void comparison_free(struct comparison *comparison);

/* Is anything regressed, inconclusive, without figures? Over gated findings. */
struct comparison_summary {
	int regressed, inconclusive, equivalent, improved, failed;
};
struct comparison_summary comparison_summarize(const struct comparison *comparison);

#endif
