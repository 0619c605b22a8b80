/*
 * The figures of a row, from its invocations that count.
 */
#include "harness/report/group.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/params.h"
#include "harness/skew.h"
#include "harness/stats/order.h"

const double percentile_shares[PERCENTILES] = {0.5, 0.99, 0.999};

static const double confidence = 0.95;

typedef double value_fn(const struct record *record);

bool record_has_rate(const struct record *record)
{
	cpu_set_t list;
	int cpus = cpu_list_parse(record->place.sut_cpus, &list) == 0 ? CPU_COUNT(&list) : 0;

	return skew_harmless(&record->window, cpus);
}

static double rate(const struct record *record)
{
	if (!record_has_rate(record))
		return NAN;
	return (double)record->work.operations * 1e9 / (double)record->window.ns;
}

static double round_ns(const struct record *record)
{
	return (double)record->window.ns / (double)record->work.rounds;
}

static double per_operation(uint64_t total, const struct record *record)
{
	return (double)total / (double)record->work.operations;
}

static double cpu_ns(const struct record *record)
{
	return per_operation(record->window.cpu_ns, record);
}

static double load_cpu_ns(const struct record *record)
{
	return per_operation(record->window.load_cpu_ns, record);
}

static double sum_cpu_ns(const struct record *record)
{
	return cpu_ns(record) + load_cpu_ns(record);
}

static double voluntary(const struct record *record)
{
	return per_operation(record->window.voluntary, record);
}

static double involuntary(const struct record *record)
{
	return per_operation(record->window.involuntary, record);
}

static double faults(const struct record *record)
{
	return per_operation(record->window.minor_faults, record);
}

static double run_delay_ns(const struct record *record)
{
	return per_operation(record->environment.run_delay_ns, record);
}

/* The interval of a value over the row's ok invocations; none when there is nothing to divide by.
 */
static struct interval over(const struct row *row, value_fn *value)
{
	double *values = malloc(sizeof(*values) * (size_t)(row->ok + 1));
	int n = 0;

	for (int i = 0; i < row->records_count && values != NULL; i++) {
		const struct record *record = row->records[i];
		if (record->status == STATUS_OK && isfinite(value(record)))
			values[n++] = value(record);
	}
	struct interval interval = interval_median(values, n, confidence);
	free(values);
	return interval;
}

/*
 * Those that have a rate are those that had the CPUs for themselves: where they are the fewer,
 * their rates would be chosen for being good.
 */
static bool mostly_rated(const struct row *row)
{
	int rated = 0;

	for (int i = 0; i < row->records_count; i++)
		rated += row->records[i]->status == STATUS_OK && record_has_rate(row->records[i]);
	return 2 * rated > row->ok;
}

/* The middle of max/min per task; NaN where it does not apply. */
static double fairness(const struct row *row)
{
	double *values = malloc(sizeof(*values) * (size_t)(row->ok + 1));
	int n = 0;

	for (int i = 0; i < row->records_count && values != NULL; i++) {
		const struct record_fairness *of = &row->records[i]->fairness;
		if (row->records[i]->status == STATUS_OK && of->fastest_per_s > 0)
			values[n++] = of->slowest_per_s > 0 ? of->fastest_per_s / of->slowest_per_s
							    : INFINITY;
	}
	double middle = values == NULL ? NAN : order_median_of(values, n);
	free(values);
	return middle;
}

int row_histogram(const struct row *row, enum latency_view view, struct histogram *merged)
{
	int rc = 0;

	memset(merged, 0, sizeof(*merged));
	for (int i = 0; i < row->records_count && rc == 0; i++)
		if (row->records[i]->status == STATUS_OK)
			rc = record_latency_add(row->records[i], view, merged);
	return rc;
}

static uint64_t greater(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

int row_latencies(const struct row *row, struct row_latencies *latencies)
{
	struct distribution *told = &latencies->told;
	struct latency_facts facts;
	int rc = row_histogram(
		row, row->corrected ? LATENCY_CORRECTED : LATENCY_CLOSED, &latencies->merged);

	if (rc == 0)
		rc = row_histogram(row, LATENCY_LAG, &latencies->lag);
	*told = (struct distribution){.latencies = &latencies->merged, .lag = &latencies->lag};
	for (int i = 0; i < row->records_count; i++) {
		if (row->records[i]->status != STATUS_OK ||
			!record_latency_facts(row->records[i], &facts) ||
			(row->corrected && !facts.has_corrected))
			continue;
		told->max_ns = greater(
			told->max_ns, row->corrected ? facts.corrected_max_ns : facts.max_ns);
		told->lag_max_ns = greater(told->lag_max_ns, facts.lag_max_ns);
	}
	return rc;
}

/* Whether one of the row's invocations that count was an open loop. */
static bool is_corrected(const struct row *row)
{
	struct latency_facts facts;

	for (int i = 0; i < row->records_count; i++)
		if (row->records[i]->status == STATUS_OK &&
			record_latency_facts(row->records[i], &facts) && facts.has_corrected)
			return true;
	return false;
}

/* Histograms are merged first: percentiles of percentiles mean nothing. */
static int merge_latencies(struct row *row)
{
	struct row_latencies *latencies = malloc(sizeof(*latencies));
	char text[RECORD_REASON_MAX];

	row->corrected = is_corrected(row);
	int rc = latencies == NULL ? -ENOMEM : row_latencies(row, latencies);
	if (rc == 0) {
		row->samples = histogram_count(&latencies->merged);
		for (int i = 0; i < PERCENTILES; i++)
			row->percentiles_ns[i] =
				distribution_percentile_ns(&latencies->told, percentile_shares[i]);
		row->max_ns = distribution_percentile_ns(&latencies->told, 1);
		if (distribution_hidden(&latencies->told, text, sizeof(text)))
			row_warn(row, text);
	}
	free(latencies);
	return rc;
}

/* Of all invocations that looked. */
static int merge_stalls(struct row *row)
{
	struct lane *merged = calloc(1, sizeof(*merged));

	if (merged == NULL)
		return -ENOMEM;
	for (int i = 0; i < row->records_count; i++) {
		const struct lane *stalls = row->records[i]->stalls;
		if (row->records[i]->status != STATUS_OK || stalls == NULL)
			continue;
		histogram_merge(&merged->histogram, &stalls->histogram);
		merged->max_ns = greater(merged->max_ns, stalls->max_ns);
	}
	struct distribution told = {.latencies = &merged->histogram, .max_ns = merged->max_ns};
	row->stall_p99_ns = distribution_percentile_ns(&told, 0.99);
	row->stall_max_ns = distribution_percentile_ns(&told, 1);
	free(merged);
	return 0;
}

/* The same words, whatever the figures in them? */
static bool same_words(const char *a, const char *b)
{
	static const char figures[] = "0123456789.";

	for (;;) {
		a += strspn(a, figures);
		b += strspn(b, figures);
		if (*a != *b || *a == '\0')
			return *a == *b;
		a++;
		b++;
	}
}

void row_warn(struct row *row, const char *text)
{
	for (int i = 0; i < row->warnings_count; i++)
		if (same_words(row->warnings[i], text))
			return;
	if (row->warnings_count < ROW_WARNINGS_MAX && text[0] != '\0')
		snprintf(
			row->warnings[row->warnings_count++], sizeof(row->warnings[0]), "%s", text);
}

/* "1 of 6 invocations failed: …", for a row that has figures all the same. */
static void warn_of(struct row *row, enum status status, int count)
{
	char text[RECORD_REASON_MAX];
	const char *reason = "";

	if (count == 0 || row->ok == 0)
		return;
	for (int i = 0; i < row->records_count; i++)
		if (row->records[i]->status == status)
			reason = row->records[i]->reason;
	snprintf(text, sizeof(text), "%d of %d invocations %s: %.160s", count, row->records_count,
		status_names[status], reason);
	row_warn(row, text);
}

/* Counts the invocations; a row without a good one takes the last one's status and reason. */
static void judge_status(struct row *row)
{
	for (int i = 0; i < row->records_count; i++) {
		const struct record *record = row->records[i];
		row->ok += record->status == STATUS_OK;
		row->disturbed += record->status == STATUS_DISTURBED;
		row->invalid += record->status == STATUS_INVALID;
		row->failed += record->status != STATUS_OK && record->status != STATUS_DISTURBED &&
			       record->status != STATUS_INVALID;
		row->status = record->status;
		snprintf(row->reason, sizeof(row->reason), "%s", record->reason);
		row_warn(row, record->warning);
	}
	if (row->ok > 0) {
		row->status = STATUS_OK;
		row->reason[0] = '\0';
	}
	warn_of(row, STATUS_DISTURBED, row->disturbed);
	warn_of(row, STATUS_INVALID, row->invalid);
	warn_of(row, STATUS_FAILED, row->failed);
}

static const struct interval no_interval = {.middle = NAN, .low = NAN, .high = NAN};

int row_compute(struct row *row, const struct group_rows *group)
{
	judge_status(row);
	row_course_compute(row);
	row->rate = row->round_ns = row->ratio = row->cpu_ns = row->load_cpu_ns = no_interval;
	row->sum_cpu_ns = row->faults = row->run_delay_ns = no_interval;
	row->voluntary = row->involuntary = row->user_bytes = row->kernel_bytes =
		row->memory_bytes = no_interval;
	row->max_ns = row->peak_bytes = row->fairness = NAN;
	row->stall_p99_ns = row->stall_max_ns = NAN;
	for (int i = 0; i < PERCENTILES; i++)
		row->percentiles_ns[i] = NAN;
	if (group->kind != KIND_TIME || row->ok == 0)
		return 0;
	if (group->facts->rate && mostly_rated(row))
		row->rate = over(row, rate);
	if (row->rate.n > 0 && row->rate.n < row->ok) {
		char text[RECORD_REASON_MAX];
		snprintf(text, sizeof(text), "the rate is that of %d of %d invocations",
			row->rate.n, row->ok);
		row_warn(row, text);
	}
	if (row->course.sample == NULL)
		row->round_ns = over(row, round_ns);
	row->cpu_ns = over(row, cpu_ns);
	if (group->facts->load) {
		row->load_cpu_ns = over(row, load_cpu_ns);
		row->sum_cpu_ns = over(row, sum_cpu_ns);
	}
	row->voluntary = over(row, voluntary);
	row->involuntary = over(row, involuntary);
	row->faults = over(row, faults);
	row->run_delay_ns = over(row, run_delay_ns);
	row->fairness = fairness(row);
	int rc = merge_stalls(row);
	return rc == 0 && group->facts->latency ? merge_latencies(row) : rc;
}
