/*
 * What recording costs: one latency sample against the two bare clock readings it cannot avoid.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_OVERHEAD_H
#define CONCBENCH_HARNESS_MEASURE_OVERHEAD_H

/* A ratio of times with the 95 % interval of its median. */
struct overhead {
	double ratio, low, high;
	double sample_ns; /* slot_begin and slot_end, median */
	int pairs;
};

/*
 * Measures slot_begin + slot_end against two clock_gettime calls, in adjacent pairs whose order
 * alternates, about 0.2 s.
 *   Returns  0 or -ENOMEM.
 */
int overhead_measure(struct overhead *overhead) __attribute__((warn_unused_result));

#endif
