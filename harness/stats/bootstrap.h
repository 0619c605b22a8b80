/*
 * The BCa bootstrap interval of a median: a second opinion beside the exact order-statistic
 * interval, never what decides. It assumes more (that the sample is like the population) and may be
 * shorter.
 */
#ifndef CONCBENCH_HARNESS_STATS_BOOTSTRAP_H
#define CONCBENCH_HARNESS_STATS_BOOTSTRAP_H

#include <stdint.h>

#include "harness/stats/interval.h"

/*
 * The interval from resamples that are given: row r of `picks` holds n indices into values.
 *   Returns  NaN bounds for n < 2, without memory, or where all resamples lie on one side.
 *   Source   Efron 1987; quantiles as R's type 6, acceleration from the jackknife.
 */
struct interval bootstrap_from(
	const double *values, int n, const int *picks, int resamples, double confidence);

/* The same with resamples drawn by a seed. Threads: any. */
struct interval bootstrap_median(
	const double *values, int n, int resamples, uint64_t seed, double confidence);

#endif
