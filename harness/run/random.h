/*
 * The generator behind every shuffle: splitmix64, so that a printed seed repeats an order anywhere.
 */
#ifndef CONCBENCH_HARNESS_RUN_RANDOM_H
#define CONCBENCH_HARNESS_RUN_RANDOM_H

#include <stdint.h>

static inline uint64_t random_next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0 .. n - 1, each equally likely; n > 0. */
static inline uint64_t random_below(uint64_t *state, uint64_t n)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % n, value;

	do
		value = random_next(state);
	while (value >= limit);
	return value % n;
}

/* Fisher-Yates. */
static inline void random_shuffle(uint64_t *state, int *values, int n)
{
	for (int i = n - 1; i > 0; i--) {
		int j = (int)random_below(state, (uint64_t)i + 1);
		int kept = values[i];
		values[i] = values[j];
		values[j] = kept;
	}
}

#endif
