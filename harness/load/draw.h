/*
 * Random numbers by name instead of by turn: the value belongs to (seed, id), not to the order in
 * which it is asked for, so that every model meets the same ones.
 */
#ifndef CONCBENCH_HARNESS_LOAD_DRAW_H
#define CONCBENCH_HARNESS_LOAD_DRAW_H

#include <stdint.h>

/* Mixes 64 bits so that each depends on all.  Source: splitmix64's finisher, Steele et al. 2014. */
static inline uint64_t draw_mix(uint64_t value)
{
	value += 0x9e3779b97f4a7c15u;
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
	value = (value ^ value >> 27) * 0x94d049bb133111ebu;
	return value ^ value >> 31;
}

static inline uint64_t draw_bits(uint64_t seed, uint64_t id)
{
	return draw_mix(draw_mix(seed) ^ draw_mix(id));
}

/* The id of a request to the upstream: which request of which connection. */
static inline uint64_t draw_request_id(uint32_t connection, uint64_t number)
{
	return (uint64_t)connection << 40 ^ number;
}

/* In (0, 1): never 0, so that its logarithm is finite. */
static inline double draw_unit(uint64_t seed, uint64_t id)
{
	return ((double)(draw_bits(seed, id) >> 12) + 0.5) * 0x1p-52;
}

enum draw_distribution { DRAW_FIXED, DRAW_EXPONENTIAL, DRAW_LOGNORMAL, DRAW_BIMODAL };

/* Names in order, ended by NULL: the choices of a parameter. */
extern const char *const draw_distributions[];

/*
 * A duration of a distribution whose mean is mean_ns:
 *   fixed        always the mean
 *   exponential  memoryless
 *   lognormal    sigma 1: median 0.61 x, p99 6.2 x the mean
 *   bimodal      9 of 10 half the mean, 1 of 10 5.5 x the mean
 *   Returns  ns, at most 100 x the mean.   Threads: any.
 */
uint64_t draw_duration(
	enum draw_distribution distribution, uint64_t mean_ns, uint64_t seed, uint64_t id);

#endif
