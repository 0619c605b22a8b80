/*
 * The rank-sum test of two samples (Wilcoxon 1945, Mann & Whitney 1947): what benchstat decides by.
 * Here only to set our own rule beside it on the same data.
 */
#ifndef CONCBENCH_HARNESS_STATS_RANK_H
#define CONCBENCH_HARNESS_STATS_RANK_H

/*
 * Two-sided p value of "neither tends to be larger". Exact for up to 50 values each without ties,
 * else the normal approximation with corrections for continuity and ties.
 *   Returns  1 for an empty sample; NaN without memory.   Threads: any.
 *   Source   R's wilcox.test; golang.org/x/perf/internal/stats.
 */
double rank_sum_test(const double *a, int a_count, const double *b, int b_count);

#endif
