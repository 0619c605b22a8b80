/*
 * .hgrm. See hgrm.h.
 */
#include "harness/report/hgrm.h"

#include <inttypes.h>
#include <math.h>

enum { TICKS_PER_HALVING = 5 };

static double bucket_ms(unsigned bucket, uint64_t max_ns)
{
	uint64_t upper_ns = histogram_upper_ns(bucket);

	return (double)(upper_ns < max_ns ? upper_ns : max_ns) / 1e6;
}

/* The next level that has a line: the steps halve whenever the rest to 1 has halved. */
static double next_level(double level)
{
	double halvings = floor(log2(1 / (1 - level)) + 1e-9);

	return level + exp2(-halvings - 1) / TICKS_PER_HALVING;
}

static void write_foot(FILE *out, const struct histogram *histogram, uint64_t max_ns)
{
	uint64_t count = histogram_count(histogram);
	double sum = 0, squares = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		double ms = bucket_ms(i, max_ns), times = (double)histogram->counts[i];
		sum += ms * times;
		squares += ms * ms * times;
	}
	double mean = count > 0 ? sum / (double)count : 0;
	double variance = count > 0 ? squares / (double)count - mean * mean : 0;
	fprintf(out, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", mean,
		variance > 0 ? sqrt(variance) : 0.0);
	fprintf(out, "#[Max     = %12.3f, Total count    = %12" PRIu64 "]\n", (double)max_ns / 1e6,
		count);
	fprintf(out, "#[Buckets = %12d, SubBuckets     = %12d]\n", HISTOGRAM_OCTAVES,
		1 << HISTOGRAM_SUB_BITS);
}

void hgrm_write(FILE *out, const struct distribution *distribution)
{
	const struct histogram *histogram = distribution->latencies;
	uint64_t max_ns = distribution->max_ns;
	char hidden[200];
	uint64_t count = histogram_count(histogram), seen = 0;
	double level = 0;

	fprintf(out, "       Value     Percentile TotalCount 1/(1-Percentile)\n\n");
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS && seen < count; i++) {
		seen += histogram->counts[i];
		double share = (double)seen / (double)count;
		while (histogram->counts[i] > 0 && level < 1 && share >= level && seen < count) {
			if (!distribution_hides(distribution, level))
				fprintf(out, "%12.3f %2.12f %10" PRIu64 " %14.2f\n",
					bucket_ms(i, max_ns), level, seen, 1 / (1 - level));
			level = next_level(level);
		}
	}
	if (count > 0 && !distribution_hides(distribution, 1))
		fprintf(out, "%12.3f %2.12f %10" PRIu64 "\n", (double)max_ns / 1e6, 1.0, count);
	if (distribution_hidden(distribution, hidden, sizeof(hidden)))
		fprintf(out, "#[Left out = %s]\n", hidden);
	write_foot(out, histogram, max_ns);
}
