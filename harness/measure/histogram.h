/*
 * Log-linear histogram of nanoseconds, relative error <= 1/128, merged exactly by adding counts.
 *
 * Values below 256 ns have a bucket each; above, every octave is cut into 128. A lane is one
 * histogram in the arena that several tasks may write at once, hence the relaxed atomic add
 * (about 5 ns uncontended, no cost in accuracy).
 */
#ifndef CONCBENCH_HARNESS_MEASURE_HISTOGRAM_H
#define CONCBENCH_HARNESS_MEASURE_HISTOGRAM_H

#include <stdint.h>

enum {
	HISTOGRAM_SUB_BITS = 7,
	HISTOGRAM_OCTAVES = 36, /* up to 2^43 ns, 2.4 hours; above is counted in the last bucket */
	HISTOGRAM_BUCKETS = (HISTOGRAM_OCTAVES + 1) << HISTOGRAM_SUB_BITS
};

struct histogram {
	uint64_t counts[HISTOGRAM_BUCKETS];
};

/* A histogram many tasks write, with the exact extremes and sum kept by the reader from counts. */
struct lane {
	struct histogram histogram;
	uint64_t max_ns; /* written atomically */
};

static inline unsigned histogram_bucket(uint64_t ns)
{
	if (ns < (2u << HISTOGRAM_SUB_BITS))
		return (unsigned)ns;
	unsigned shift = 63u - (unsigned)__builtin_clzll(ns) - HISTOGRAM_SUB_BITS;
	unsigned bucket = (shift << HISTOGRAM_SUB_BITS) + (unsigned)(ns >> shift);
	return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

static inline void lane_record(struct lane *lane, uint64_t ns)
{
	__atomic_fetch_add(&lane->histogram.counts[histogram_bucket(ns)], 1, __ATOMIC_RELAXED);
	uint64_t max = __atomic_load_n(&lane->max_ns, __ATOMIC_RELAXED);
	while (ns > max && !__atomic_compare_exchange_n(
				   &lane->max_ns, &max, ns, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

/* The largest value that falls into a bucket. */
uint64_t histogram_upper_ns(unsigned bucket);

uint64_t histogram_count(const struct histogram *histogram);

/*
 * The value that a share q of the samples do not exceed.
 *   q        0.0 .. 1.0
 *   Returns  ns, the upper edge of the bucket; 0 when empty. The caller clips it to the maximum.
 *   Threads  any number of readers, no writer.
 *   Source   nearest-rank quantile, Hyndman & Fan 1996, type 1.
 */
uint64_t histogram_quantile_ns(const struct histogram *histogram, double q);

void histogram_merge(struct histogram *into, const struct histogram *from);

/*
 * One printable string of (bucket delta, count) pairs, and back.
 *   Returns  pack: a malloc'd string, the caller frees it; NULL without memory.
 *            unpack: 0, or -EINVAL for a string pack did not write.
 */
char *histogram_pack(const struct histogram *histogram);
int histogram_unpack(struct histogram *histogram, const char *packed)
	__attribute__((warn_unused_result));

#endif
