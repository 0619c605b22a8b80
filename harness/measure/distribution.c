/*
 * Percentiles that can be told. See distribution.h.
 */
#include "harness/measure/distribution.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BEYOND = 10 };

static const struct {
	const char *name;
	double q;
} shown[] = {
	{"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p99.9", 0.999}, {"max", 1}};
enum { SHOWN = sizeof(shown) / sizeof(shown[0]) };

static uint64_t value_ns(const struct histogram *histogram, uint64_t max_ns, double q)
{
	uint64_t ns = histogram_quantile_ns(histogram, q);

	return q >= 1 || ns > max_ns ? max_ns : ns;
}

/* There are enough beyond it; the tolerance is for 1 - 0.999, which is not exactly 0.001. */
static bool is_sampled(const struct distribution *distribution, double q)
{
	double count = (double)histogram_count(distribution->latencies);

	return q < 1 ? count * (1 - q) >= BEYOND - 1e-6 : count > 0;
}

static uint64_t lag_ns(const struct distribution *distribution, double q)
{
	return distribution->lag == NULL ? 0
					 : value_ns(distribution->lag, distribution->lag_max_ns, q);
}

static uint64_t latency_ns(const struct distribution *distribution, double q)
{
	return value_ns(distribution->latencies, distribution->max_ns, q);
}

bool distribution_hides(const struct distribution *distribution, double q)
{
	return lag_ns(distribution, q) * 100 >
	       latency_ns(distribution, q) * DISTRIBUTION_LAG_PERCENT;
}

double distribution_percentile_ns(const struct distribution *distribution, double q)
{
	if (!is_sampled(distribution, q) || distribution_hides(distribution, q))
		return NAN;
	return (double)latency_ns(distribution, q);
}

bool distribution_hidden(const struct distribution *distribution, char *text, size_t bytes)
{
	char names[64] = "";
	int count = 0, first = 0;

	for (int i = 0; i < SHOWN; i++) {
		if (!is_sampled(distribution, shown[i].q) ||
			!distribution_hides(distribution, shown[i].q))
			continue;
		if (count++ == 0)
			first = i;
		size_t used = strlen(names);
		snprintf(names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "",
			shown[i].name);
	}
	snprintf(text, bytes, "%s", "");
	if (count == 0)
		return false;
	uint64_t late_ns = lag_ns(distribution, shown[first].q);
	uint64_t took_ns = latency_ns(distribution, shown[first].q);
	snprintf(text, bytes,
		"%s n/a: the load itself left late by %.0f us at %s, %.0f %% of that latency (at "
		"most %d %%)",
		names, (double)late_ns / 1e3, shown[first].name,
		took_ns > 0 ? 100.0 * (double)late_ns / (double)took_ns : 100.0,
		DISTRIBUTION_LAG_PERCENT);
	return true;
}
