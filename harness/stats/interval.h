/*
 * Exact intervals for a median by order statistics (the sign test turned round): the r-th smallest
 * and r-th largest value enclose the median with a probability that depends on n and r alone,
 * whatever the distribution.
 */
#ifndef CONCBENCH_HARNESS_STATS_INTERVAL_H
#define CONCBENCH_HARNESS_STATS_INTERVAL_H

#include <stdbool.h>

struct interval {
	double middle;    /* the median */
	double low, high; /* NaN when n == 0 */
	double coverage;  /* probability that it holds the true median; 0 for n < 2 */
	int n;
};

/*
 * The largest rank r (1-based) for which the r-th smallest .. r-th largest of n values cover the
 * median with at least `confidence`; 0 if not even the extremes do.
 */
int interval_rank(int n, double confidence);

/* Coverage of the interval between the r-th smallest and the r-th largest: 1 - 2 P(X < r). */
double interval_coverage(int n, int rank);

/*
 * The interval of the median of n values in any order.
 *   confidence  wanted; where n is too small for it, the interval is min .. max and says by its
 *               coverage what that is worth (n = 3: 0.75, n = 6: 0.969)
 *   Source      Hollander & Wolfe, Nonparametric Statistical Methods, 3.6
 */
struct interval interval_median(const double *values, int n, double confidence);

bool interval_contains(const struct interval *interval, double value);

#endif
