/*
 * The sign test and the one-sided bounds that come from turning it round: exact for any
 * distribution, so they hold under the two-moded noise of placement and the long tail of stolen
 * time.
 */
#ifndef CONCBENCH_HARNESS_STATS_SIGN_H
#define CONCBENCH_HARNESS_STATS_SIGN_H

/*
 * P value of "the median is at most threshold" against "it is above": P(X >= number of values above
 * it), X ~ Binomial(n, 1/2). A value equal to the threshold does not count as above.
 *   Returns  1 for n == 0.   Threads: any.
 */
double sign_test_above(const double *values, int n, double threshold);
double sign_test_below(const double *values, int n, double threshold);

/*
 * A value that the median is below with at least `confidence`: the smallest order statistic that
 * suffices. It needs n >= 5 at 0.95, 7 at 0.99, 10 at 0.999.
 *   Returns  infinity (lower: minus infinity) where n is too small, or without memory.
 */
double sign_upper_bound(const double *values, int n, double confidence);
double sign_lower_bound(const double *values, int n, double confidence);

#endif
