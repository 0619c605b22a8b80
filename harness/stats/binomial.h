/*
 * Exact binomial tails: what the sign test and intervals of rare events rest on.
 */
#ifndef CONCBENCH_HARNESS_STATS_BINOMIAL_H
#define CONCBENCH_HARNESS_STATS_BINOMIAL_H

/*
 * P(X <= k) and P(X >= k) of X ~ Binomial(n, p); summed from the small end, so that small tails
 * keep their digits. n        0 .. 1e6     p   0 .. 1
 */
double binomial_at_most(int k, int n, double p);
double binomial_at_least(int k, int n, double p);

/*
 * Clopper-Pearson bounds of a probability after k successes in n tries, each one-sided at
 * `confidence`: 0 of 300 at 0.95 gives at most 0.00994.
 *   confidence  0.5 .. 1 exclusive
 */
double binomial_upper_bound(int k, int n, double confidence);
double binomial_lower_bound(int k, int n, double confidence);

#endif
