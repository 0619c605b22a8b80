/*
 * The lag of an open loop. See lag.h.
 */
#include "harness/load/lag.h"

#include <stdio.h>

#include "harness/measure/distribution.h"

enum { MISSED_PERCENT = 1 };

bool lag_fault(const struct pace *pace, uint64_t requests, const struct lane *lag,
	const struct lane *latency, char *text, size_t bytes)
{
	struct distribution latencies = {
		&latency->histogram, latency->max_ns, &lag->histogram, lag->max_ns};
	uint64_t intended_ns = requests > 0 ? schedule_at(pace->schedule, requests - 1) : 0;
	uint64_t took_ns = pace->last_start_ns - pace->base_ns;

	if (took_ns > intended_ns && (took_ns - intended_ns) * 100 > intended_ns * MISSED_PERCENT) {
		snprintf(text, bytes, "the offered rate was missed by %.1f %% (at most %d %%)",
			100.0 * (double)(took_ns - intended_ns) / (double)took_ns, MISSED_PERCENT);
		return true;
	}
	if (!distribution_hides(&latencies, 0.5))
		return false;
	double lag_ns = (double)histogram_quantile_ns(&lag->histogram, 0.5);
	double latency_ns = (double)histogram_quantile_ns(&latency->histogram, 0.5);
	snprintf(text, bytes,
		"p50 n/a: the generator was late by %.0f us in the median, %.0f %% of the median "
		"latency (at most %d %%)",
		lag_ns / 1e3, latency_ns > 0 ? 100 * lag_ns / latency_ns : 100,
		DISTRIBUTION_LAG_PERCENT);
	return true;
}
