/*
 * When an open loop does not count at all: the generator was late itself, or did not offer what it
 * was asked for. Single percentiles that its lag hides: harness/measure/distribution.h.
 */
#ifndef CONCBENCH_HARNESS_LOAD_LAG_H
#define CONCBENCH_HARNESS_LOAD_LAG_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/load/client.h"

/*
 * Says why a run of an open loop is INVALID: the offered rate was missed by more than 1 %, or the
 * median cannot be told.
 *   requests  that the schedule had
 *   Returns   whether it is, with the text set.
 */
bool lag_fault(const struct pace *pace, uint64_t requests, const struct lane *lag,
	const struct lane *latency, char *text, size_t bytes);

#endif
