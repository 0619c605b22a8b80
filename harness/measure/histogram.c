/*
 * Reading, merging and packing of histograms; recording is inline in histogram.h.
 */
#include "harness/measure/histogram.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUBS = 1 << HISTOGRAM_SUB_BITS };

uint64_t histogram_upper_ns(unsigned bucket)
{
	if (bucket < 2 * SUBS)
		return bucket;
	unsigned shift = bucket / SUBS - 1;
	uint64_t mantissa = bucket - shift * SUBS;
	return ((mantissa + 1) << shift) - 1;
}

uint64_t histogram_count(const struct histogram *histogram)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		count += histogram->counts[i];
	return count;
}

uint64_t histogram_quantile_ns(const struct histogram *histogram, double q)
{
	uint64_t count = histogram_count(histogram);
	uint64_t rank = 1;
	uint64_t seen = 0;

	if (count == 0)
		return 0;
	if (q > 0.0)
		rank = (uint64_t)ceil(q * (double)count);
	rank = rank < 1 ? 1 : rank > count ? count : rank;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += histogram->counts[i];
		if (seen >= rank)
			return histogram_upper_ns(i);
	}
	return 0;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		into->counts[i] += from->counts[i];
}

char *histogram_pack(const struct histogram *histogram)
{
	char *packed = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&packed, &bytes);
	unsigned last = 0;
	const char *between = "";

	if (out == NULL)
		return NULL;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		if (histogram->counts[i] == 0)
			continue;
		fprintf(out, "%s%u:%llu", between, i - last,
			(unsigned long long)histogram->counts[i]);
		between = ",";
		last = i;
	}
	int failed = ferror(out);
	if (fclose(out) != 0 || failed) {
		free(packed);
		return NULL;
	}
	return packed;
}

/* A decimal number as pack writes it: digits only, no leading zero, ended by end. */
static int read_number(const char **text, char end, uint64_t *value)
{
	const char *at = *text;

	*value = 0;
	if (*at < '0' || *at > '9' || (*at == '0' && at[1] != end))
		return -EINVAL;
	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(*value, 10u, value) ||
			__builtin_add_overflow(*value, (uint64_t)(*at - '0'), value))
			return -EINVAL;
	*text = at;
	return 0;
}

int histogram_unpack(struct histogram *histogram, const char *packed)
{
	uint64_t bucket = 0;
	uint64_t total = 0;

	memset(histogram, 0, sizeof(*histogram));
	for (const char *at = packed; *at != '\0';) {
		uint64_t delta, count;

		if (read_number(&at, ':', &delta) != 0 || *at++ != ':')
			return -EINVAL;
		const char *comma = strchr(at, ',');
		if (read_number(&at, comma != NULL ? ',' : '\0', &count) != 0 || count == 0)
			return -EINVAL;
		if ((delta == 0 && total != 0) || delta >= HISTOGRAM_BUCKETS ||
			(bucket += delta) >= HISTOGRAM_BUCKETS ||
			__builtin_add_overflow(total, count, &total))
			return -EINVAL;
		histogram->counts[bucket] = count;
		if (*at == ',' && at[1] != '\0')
			at++;
		else if (*at != '\0')
			return -EINVAL;
	}
	return 0;
}
