/*
 * Holm's step-down correction: many tests at once, one family-wise error rate, no assumption about
 * how they depend on each other.
 */
#ifndef CONCBENCH_HARNESS_STATS_HOLM_H
#define CONCBENCH_HARNESS_STATS_HOLM_H

/*
 * Adjusted p values: adjusted[i] <= alpha exactly where Holm's procedure rejects i at alpha.
 *   Returns  0 or -ENOMEM.   Source  Holm 1979; R's p.adjust(method = "holm").
 */
int holm_adjust(const double *p, int n, double *adjusted) __attribute__((warn_unused_result));

#endif
