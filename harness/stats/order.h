/*
 * Order statistics: sorted values, median, spread. Nothing here assumes a distribution, because
 * placement noise has two modes and stolen time a long tail.
 */
#ifndef CONCBENCH_HARNESS_STATS_ORDER_H
#define CONCBENCH_HARNESS_STATS_ORDER_H

/* Sorts ascending in place; n >= 0, no value may be NaN (asserted).   Threads: any. */
void order_sort(double *values, int n);

/* The median of sorted values, the mean of the middle two for even n; NaN for n == 0. */
double order_median(const double *sorted, int n);

/*
 * Median of values in any order; leaves them as they are.
 *   Returns  NaN for n == 0 or without memory.
 */
double order_median_of(const double *values, int n);

/*
 * Median absolute deviation from the median, not scaled: times 1.4826 it estimates the standard
 * deviation of normal values.
 *   Returns  NaN for n == 0 or without memory.
 */
double order_mad(const double *values, int n);

#endif
