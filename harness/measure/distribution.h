/*
 * Latencies as they are told: the one place that says what a percentile of them is, and when there
 * is none to be told.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_DISTRIBUTION_H
#define CONCBENCH_HARNESS_MEASURE_DISTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/measure/histogram.h"

/* A percentile whose lag is a larger share of it cannot be told. */
enum { DISTRIBUTION_LAG_PERCENT = 25 };

struct distribution {
	const struct histogram *latencies;
	uint64_t max_ns;
	/* how late the load left through its own fault: an open loop's; else NULL, or empty */
	const struct histogram *lag;
	uint64_t lag_max_ns;
};

/*
 * A share q of the latencies does not exceed it; q = 1: none does.
 *   q        0.0 .. 1.0
 *   Returns  ns, never above the largest; NaN with fewer than ten latencies beyond it (q < 1) or
 *            none at all, and where the lag hides it.
 *   Threads  any number of readers, no writer.
 */
double distribution_percentile_ns(const struct distribution *distribution, double q);

/* The lag hides a percentile: the same one of the lag exceeds 25 % of it. */
bool distribution_hides(const struct distribution *distribution, double q);

/*
 * Which of the percentiles that tables and records show the lag hides, and the first of them with
 * its lag: "p99.9 and max n/a: …".
 *   Returns  whether any is; else the text is empty.
 */
bool distribution_hidden(const struct distribution *distribution, char *text, size_t bytes);

#endif
