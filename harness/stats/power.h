/*
 * What a sign test can see: its power, the sample it needs, the shift it can detect. A shift is in
 * standard deviations of a normal noise between the threshold and the true median.
 */
#ifndef CONCBENCH_HARNESS_STATS_POWER_H
#define CONCBENCH_HARNESS_STATS_POWER_H

enum { POWER_N_MAX = 2000 };

/* The standard normal distribution and its inverse (0 < p < 1). */
double normal_below(double z);
double normal_quantile(double p);

/* The least count above the threshold that is significant at alpha; n + 1 if none is. */
int power_critical(int n, double alpha);

/* Probability that the sign test of n values at alpha finds the shift. */
double power_sign(int n, double alpha, double shift);

/*
 * The least n with which the shift is found with probability `power`.
 *   Returns  POWER_N_MAX when even that is not enough (shift <= 0).
 */
int power_needed(double shift, double alpha, double power);

/* The least shift that n values find with probability `power`; infinity when n is too small. */
double power_detectable(int n, double alpha, double power);

#endif
