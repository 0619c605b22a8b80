/*
 * Latencies as percentile distributions in the text form of HdrHistogram, which its plotter reads:
 * one distribution per cell, headed by its name in a comment. Values in microseconds.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/report/report.h"

enum { TICKS_PER_HALF = 5 }; /* HdrHistogram's own default */

static double clipped_us(const struct histogram *histogram, double share, double max_ns)
{
	double ns = (double)histogram_quantile_ns(histogram, share);

	return (ns > max_ns && max_ns > 0 ? max_ns : ns) / 1e3;
}

/* Samples up to the bucket in which a share of them ends. */
static uint64_t count_up_to(const struct histogram *histogram, double share)
{
	unsigned last = histogram_bucket(histogram_quantile_ns(histogram, share));
	uint64_t count = 0;

	for (unsigned i = 0; i <= last; i++)
		count += histogram->counts[i];
	return count;
}

/* Steps that halve with the distance to 100 %, until the step is below one sample. */
static void write_distribution(
	const struct histogram *histogram, uint64_t count, double max_ns, FILE *out)
{
	double share = 0;

	fprintf(out, "%12s %12s %12s %12s\n\n", "Value", "Percentile", "TotalCount",
		"1/(1-Percentile)");
	while ((1 - share) * (double)count >= 1) {
		fprintf(out, "%12.3f %12.6f %12llu %12.2f\n", clipped_us(histogram, share, max_ns),
			share, (unsigned long long)count_up_to(histogram, share), 1 / (1 - share));
		double half = exp2(floor(log2(1 / (1 - share))) + 1);
		share += 1 / (half * TICKS_PER_HALF);
	}
	fprintf(out, "%12.3f %12.6f %12llu %12s\n", max_ns / 1e3, 1.0, (unsigned long long)count,
		"inf");
}

static double mean_us(const struct histogram *histogram, uint64_t count)
{
	double sum = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		if (histogram->counts[i] > 0)
			sum += (double)histogram->counts[i] * (double)histogram_upper_ns(i);
	return sum / (double)count / 1e3;
}

static int write_row(const struct session *session, const struct group_rows *group,
	const struct row *row, struct histogram *merged, FILE *out)
{
	char swept[300];
	int rc = row_histogram(row, row->corrected, merged);
	uint64_t count = rc == 0 ? histogram_count(merged) : 0;

	if (rc != 0 || count == 0)
		return rc;
	group_sweep(session, group, swept, sizeof(swept));
	fprintf(out, "#[Benchmark = %s/%s%s, us%s]\n", group->facts->name, row->model, swept,
		row->corrected ? ", from the intended start" : "");
	write_distribution(merged, count, row->max_ns, out);
	fprintf(out, "#[Mean    = %12.3f]\n#[Max     = %12.3f, Total count    = %12llu]\n\n",
		mean_us(merged, count), row->max_ns / 1e3, (unsigned long long)count);
	return 0;
}

int export_hgrm(const struct report *report, FILE *out)
{
	struct histogram *merged = malloc(sizeof(*merged));
	int rc = merged == NULL ? -ENOMEM : 0;

	for (int i = 0; i < report->groups.count && rc == 0; i++) {
		const struct group_rows *group = &report->groups.groups[i];
		for (int j = 0; j < group->rows_count && rc == 0; j++)
			if (group->kind == KIND_TIME && group->rows[j].status == STATUS_OK)
				rc = write_row(
					report->session, group, &group->rows[j], merged, out);
	}
	free(merged);
	return rc;
}
