/*
 * When the figures of an open loop do not count: the generator was late itself, or did not offer
 * what it was asked for.
 */
#ifndef CONCBENCH_HARNESS_LOAD_LAG_H
#define CONCBENCH_HARNESS_LOAD_LAG_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/load/client.h"

/*
 * True if a percentile cannot be told: the same one of the lag exceeds 25 % of it.
 *   q        0.0 .. 1.0
 */
bool lag_hides(const struct histogram *lag, const struct histogram *latency, double q);

/*
 * Says why a run of an open loop is INVALID: the offered rate was missed by more than 1 %, or the
 * median cannot be told.
 *   requests  that the schedule had
 *   Returns   whether it is, with the text set.
 */
bool lag_fault(const struct pace *pace, uint64_t requests, const struct histogram *lag,
	const struct histogram *latency, char *text, size_t bytes);

#endif
