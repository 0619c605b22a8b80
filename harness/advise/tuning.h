/*
 * How much a model gains by its best setting: the same search for every model, so that none is
 * compared at a setting that nobody would use.
 */
#ifndef CONCBENCH_HARNESS_ADVISE_TUNING_H
#define CONCBENCH_HARNESS_ADVISE_TUNING_H

#include "harness/advise/trial.h"

/* The budget of every model: so many settings, so many values of each. */
enum { TUNINGS = 2, TUNING_VALUES = 5 };

/* A setting and the values tried, the first one being the default. */
struct tuning {
	const char *name; /* a parameter common to all workloads */
	const char *values[TUNING_VALUES];
	int count;
};

/* What there is to tune in a model. Returns how many: TUNINGS, or 0 for one without tasks. */
int tuning_of(const struct model *model, const struct tuning **tunings);

struct tuning_point {
	const char *value;
	struct interval figure; /* the leading one: rate, or duration of a round */
	struct interval ratio;  /* as a speed, over the default */
	bool by_rate;
};

struct tuning_result {
	struct tuning_point points[TUNING_VALUES];
	int count;
	int best;                     /* of the first search; -1 = no figures */
	struct interval plain, tuned; /* default and best, afresh: what confirmed is of */
	struct interval confirmed;    /* best over default measured afresh: the best of several by
					 chance does not stay the best */
};

/*
 * Searches one setting of one cell.
 *   Returns  0, -EINVAL with the message, -EINTR, -errno.
 */
int tuning_find(struct tuning_result *result, const struct tuning *tuning,
	const struct workload *workload, const struct model *model, const struct sweep *sweeps,
	int sweeps_count, const char *concurrency, const struct trial_world *world, char *error,
	size_t error_bytes) __attribute__((warn_unused_result));

#endif
