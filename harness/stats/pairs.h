/*
 * Ratios between two cells from pairs measured next to each other in time: one log-ratio per pair,
 * the median and its exact interval over the pairs. Slow drift of the machine hits both halves of a
 * pair and cancels; ratios of medians would keep it.
 */
#ifndef CONCBENCH_HARNESS_STATS_PAIRS_H
#define CONCBENCH_HARNESS_STATS_PAIRS_H

#include <stdint.h>

#include "harness/stats/interval.h"

/* A value and the pair it belongs to: block and half (0 permutation, 1 mirror). */
struct paired {
	int64_t key;
	double value; /* > 0 */
};

static inline int64_t pair_key(int64_t block, int half)
{
	return block * 2 + half;
}

/*
 * The interval of the ratio value / reference over all keys that both have; a key that one side has
 * twice counts once, with its last value. Rates and durations are positive: others are left out.
 *   Returns  n = 0 and NaN when no pair is complete.
 *   Threads  any.
 */
struct interval pairs_ratio(const struct paired *values, int n, const struct paired *references,
	int references_n, double confidence);

#endif
