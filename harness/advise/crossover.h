/*
 * Where along a parameter another model becomes the better one: by bisection, each step measured
 * afresh. Where the two are not told apart, the search goes on at both sides of that, until what is
 * surely one model's and what is not told apart are next to each other.
 */
#ifndef CONCBENCH_HARNESS_ADVISE_CROSSOVER_H
#define CONCBENCH_HARNESS_ADVISE_CROSSOVER_H

#include "harness/advise/trial.h"

enum { CROSSOVER_STEPS_MAX = 10 };

struct crossover_search {
	const struct workload *workload;
	const struct param *param; /* that varies */
	int64_t low, high;         /* where to search */
	char *const *selectors;    /* models that may cross */
	int selectors_count;
	const struct sweep *sweeps; /* other parameters, one value each */
	int sweeps_count;
	const char *concurrency;
};

enum crossover_end {
	CROSSOVER_FOUND,
	CROSSOVER_FROM,     /* not told apart at the low end, above is better from high on */
	CROSSOVER_UNTIL,    /* not told apart at the high end, below is better up to low */
	CROSSOVER_NONE,     /* the same model is the best at both ends */
	CROSSOVER_UNDECIDED /* not told apart at either end, or without figures */
};

struct crossover_result {
	enum crossover_end end;
	const char *below, *above; /* the best models at either end */
	int64_t low, high;         /* below is surely better at low, above at high; the ends of the
				      search where neither is */
	int64_t tied_low, tied_high; /* the least and the greatest value at which they are not told
					apart; -1 = there is none */
	int steps;
};

/* Told after each measurement: the ratio of below's figure to above's; NULL = not wanted. */
typedef void crossover_step_fn(void *arg, const struct crossover_search *search, int64_t value,
	const char *below, const char *above, const struct interval *ratio);

/*
 *   error    the message for -EINVAL
 *   Returns  0, -EINVAL, -EINTR, -errno.
 */
int crossover_find(struct crossover_result *result, const struct crossover_search *search,
	const struct trial_world *world, crossover_step_fn *step, void *arg, char *error,
	size_t error_bytes) __attribute__((warn_unused_result));

/* The middle on a logarithmic axis, of two digits, strictly between low and high; low if there is
 * none. */
int64_t crossover_middle(int64_t low, int64_t high);

#endif
