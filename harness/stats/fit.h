/*
 * A slope that outliers cannot move (Theil-Sen): the median of the slopes of all pairs of points.
 * Bytes per task are the slope of bytes over N; the fixed cost falls out in the intercept.
 */
#ifndef CONCBENCH_HARNESS_STATS_FIT_H
#define CONCBENCH_HARNESS_STATS_FIT_H

#include <stdint.h>

#include "harness/stats/interval.h"

/* A point, and the group (block) it was measured in. */
struct fit_point {
	int64_t group;
	double x, y;
};

/*
 * Theil-Sen slope of n points; pairs of equal x are left out.
 *   Returns  NaN when no two x differ, or without memory.
 *   Source   Sen 1968
 */
double fit_slope(const struct fit_point *points, int n);

/* Median of y - slope * x. NaN for n == 0. */
double fit_intercept(const struct fit_point *points, int n, double slope);

/*
 * One slope per group, then the median of the slopes and its interval: points of a group share what
 * the machine was like (one address-space draw decides all children), so only groups are
 * independent of each other.
 */
struct interval fit_slopes(const struct fit_point *points, int n, double confidence);

#endif
