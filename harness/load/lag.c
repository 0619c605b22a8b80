/*
 * The lag of an open loop. See lag.h.
 */
#include "harness/load/lag.h"

#include <inttypes.h>
#include <stdio.h>

enum { MISSED_PERCENT = 1, LAG_PERCENT = 25 };

bool lag_hides(const struct histogram *lag, const struct histogram *latency, double q)
{
	return histogram_quantile_ns(lag, q) * 100 >
	       histogram_quantile_ns(latency, q) * LAG_PERCENT;
}

bool lag_fault(const struct pace *pace, uint64_t requests, const struct histogram *lag,
	const struct histogram *latency, char *text, size_t bytes)
{
	uint64_t intended_ns = requests > 0 ? schedule_at(pace->schedule, requests - 1) : 0;
	uint64_t took_ns = pace->last_start_ns - pace->base_ns;
	uint64_t lag_ns = histogram_quantile_ns(lag, 0.5);
	uint64_t latency_ns = histogram_quantile_ns(latency, 0.5);

	if (took_ns > intended_ns && (took_ns - intended_ns) * 100 > intended_ns * MISSED_PERCENT) {
		snprintf(text, bytes, "the offered rate was missed by %.1f %% (at most %d %%)",
			100.0 * (double)(took_ns - intended_ns) / (double)took_ns, MISSED_PERCENT);
		return true;
	}
	if (lag_hides(lag, latency, 0.5)) {
		snprintf(text, bytes,
			"p50 n/a: the generator was late by %" PRIu64 " us in the median, %" PRIu64
			" %% of the median latency (at most %d %%)",
			lag_ns / 1000, latency_ns > 0 ? lag_ns * 100 / latency_ns : 100,
			LAG_PERCENT);
		return true;
	}
	return false;
}
