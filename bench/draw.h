/*
 * Numbers that look random and follow from what they are for: every model draws the same ones, in
 * every round, without sharing a generator.
 */
#ifndef CONCBENCH_BENCH_DRAW_H
#define CONCBENCH_BENCH_DRAW_H

#include <stdint.h>

/*
 * A number drawn for one operation of one task.
 *   Returns  any 64-bit value, all equally likely.
 *   Threads  any.
 *   Source   the finalizer of SplitMix64, Steele, Lea and Flood 2014, applied once per argument.
 */
static inline uint64_t draw(uint64_t seed, uint64_t task, uint64_t operation)
{
	uint64_t value = seed;
	const uint64_t parts[] = {task, operation};

	for (int i = 0; i < 2; i++) {
		value += (parts[i] + 1) * 0x9e3779b97f4a7c15u;
		value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
		value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
		value ^= value >> 31;
	}
	return value;
}

#endif
