/*
 * Counting the requests of a course. See tally.h.
 */
#include "harness/load/tally.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/measure/distribution.h"

enum { MISSED_PERCENT = 1, BUSY_PERCENT = 70, BEYOND = 10, MS = 1000000 };

int tally_open(struct tally *tally, struct course *course)
{
	uint64_t span_ns = 0, end = 0;

	*tally = (struct tally){.course = course, .phase = -1};
	for (int i = 0; i < course->phases_count; i++) {
		span_ns += course->phases[i].span_ns;
		end += course->phases[i].intended;
		tally->phases[i].end = end;
	}
	uint64_t slices = (span_ns + course->slice_ns - 1) / course->slice_ns;
	if (slices > COURSE_SLICES_MAX)
		return -E2BIG;
	course->slices_count = (int64_t)slices;
	tally->slices = calloc(slices, sizeof(*tally->slices));
	return tally->slices == NULL ? -ENOMEM : 0;
}

void tally_close(struct tally *tally)
{
	free(tally->slices);
	tally->slices = NULL;
}

/* The phase of a request; the last one for those beyond the schedule, of which there are none. */
static int phase_of(const struct tally *tally, uint64_t i)
{
	int phase = 0;

	while (phase + 1 < tally->course->phases_count && i >= tally->phases[phase].end)
		phase++;
	return phase;
}

static struct tally_slice *slice_of(const struct tally *tally, uint64_t offset_ns)
{
	uint64_t slice = offset_ns / tally->course->slice_ns;
	uint64_t last = (uint64_t)tally->course->slices_count - 1;

	return &tally->slices[slice < last ? slice : last];
}

void tally_due(struct tally *tally, uint64_t i, uint64_t now_ns, uint64_t idle_ns)
{
	int phase = phase_of(tally, i);

	while (tally->phase < phase) {
		tally->phase++;
		tally->phases[tally->phase].begin_ns = now_ns;
		tally->phases[tally->phase].idle_ns = idle_ns;
		if (tally->losses != NULL)
			tally->phases[tally->phase].losses = *tally->losses;
		if (tally->begun != NULL)
			atomic_store(tally->begun, (uint32_t)tally->phase + 1);
	}
	tally->waiting++;
	if (tally->waiting > tally->course->phases[phase].waiting)
		tally->course->phases[phase].waiting = tally->waiting;
}

void tally_sent(struct tally *tally, uint64_t i, uint64_t offset_ns, uint64_t lag_ns)
{
	struct tally_phase *phase = &tally->phases[phase_of(tally, i)];

	phase->sent++;
	phase->lag_ns = lag_ns;
	phase->lag.counts[histogram_bucket(lag_ns)]++;
	slice_of(tally, offset_ns)->lag.counts[histogram_bucket(lag_ns)]++;
}

void tally_answered(
	struct tally *tally, uint64_t i, uint64_t offset_ns, uint64_t latency_ns, bool shed)
{
	int at = phase_of(tally, i);
	struct course_phase *phase = &tally->course->phases[at];
	struct tally_slice *slice = slice_of(tally, offset_ns);
	uint64_t deadline_ns = tally->course->deadline_ns;
	bool good = deadline_ns == 0 || latency_ns <= deadline_ns;

	tally->waiting--;
	if (shed) {
		phase->shed++;
		return;
	}
	phase->good += good;
	phase->late += !good;
	slice->good += good;
	tally->phases[at].latency.counts[histogram_bucket(latency_ns)]++;
	slice->latency.counts[histogram_bucket(latency_ns)]++;
}

void tally_lost(struct tally *tally, uint64_t i)
{
	tally->waiting--;
	tally->course->phases[phase_of(tally, i)].lost++;
}

void tally_refused(struct tally *tally)
{
	tally->course->phases[tally->phase < 0 ? 0 : tally->phase].refused++;
}

/* Samples to tell a percentile; the tolerance is for 1 - 0.99, which is not exactly 0.01. */
static bool enough(const struct histogram *latency, double q)
{
	return (double)histogram_count(latency) * (1 - q) >= BEYOND - 1e-6;
}

/* Their largest values are not kept: percentiles are edges of buckets. */
static struct distribution told_of(const struct histogram *latency, const struct histogram *lag)
{
	return (struct distribution){latency, UINT64_MAX, lag, UINT64_MAX};
}

static int64_t percentile(const struct histogram *latency, const struct histogram *lag, double q)
{
	struct distribution told = told_of(latency, lag);
	double ns = distribution_percentile_ns(&told, q);

	return isnan(ns) ? COURSE_NA : (int64_t)ns;
}

/* Whether the generator offered a phase as it should. */
static void judge(const struct course_phase *phase, const struct tally_phase *own,
	uint64_t busy_percent, char *problem, size_t bytes)
{
	struct distribution told = told_of(&own->latency, &own->lag);

	if (problem[0] != '\0' || own->sent == 0)
		return;
	if (own->lag_ns * 100 > phase->span_ns * MISSED_PERCENT)
		snprintf(problem, bytes,
			"the offered rate of \"%s\" was missed by %.1f %% (at most %d %%)",
			phase->name, 100.0 * (double)own->lag_ns / (double)phase->span_ns,
			MISSED_PERCENT);
	else if (busy_percent > BUSY_PERCENT)
		snprintf(problem, bytes,
			"generator saturated: busy %" PRIu64 " %% of \"%s\" (at most %d %%)",
			busy_percent, phase->name, BUSY_PERCENT);
	else if (histogram_count(&own->latency) > 0 && distribution_hides(&told, 0.5))
		snprintf(problem, bytes,
			"p50 n/a: the generator was late by %" PRIu64 " us in the median of \"%s\"",
			histogram_quantile_ns(&own->lag, 0.5) / 1000, phase->name);
}

void tally_finish(
	struct tally *tally, uint64_t now_ns, uint64_t idle_ns, char *problem, size_t bytes)
{
	struct course *course = tally->course;

	problem[0] = '\0';
	for (int i = (int)course->phases_count - 1; i >= 0; i--) {
		struct course_phase *phase = &course->phases[i];
		const struct tally_phase *own = &tally->phases[i];
		uint64_t took_ns = now_ns - own->begin_ns, idle = idle_ns - own->idle_ns;
		uint64_t busy = took_ns > idle ? (took_ns - idle) * 100 / took_ns : 0;

		phase->unsent = phase->intended - own->sent;
		phase->p50_ns = percentile(&own->latency, &own->lag, 0.5);
		phase->p99_ns = percentile(&own->latency, &own->lag, 0.99);
		if (i <= tally->phase) {
			if (!tally->ends || i + 1 < course->phases_count)
				judge(phase, own, busy, problem, bytes);
			now_ns = own->begin_ns;
			idle_ns = own->idle_ns;
		}
	}
	for (int i = 0; i < course->slices_count; i++) {
		const struct tally_slice *slice = &tally->slices[i];
		course->slice_p99_ns[i] = percentile(&slice->latency, &slice->lag, 0.99);
		course->slice_good[i] = (int64_t)slice->good;
	}
}

void tally_recovery(struct tally *tally, int before, int over)
{
	struct course *course = tally->course;
	uint64_t end_ns = 0;
	bool known = true;

	course->bound_ns = 0;
	course->recovery_ns = COURSE_NA;
	if (course->phases[before].p99_ns < 0)
		return;
	course->bound_ns = 2 * (uint64_t)course->phases[before].p99_ns + MS;
	for (int i = 0; i <= over; i++)
		end_ns += course->phases[i].span_ns;
	for (int i = 0; i < course->slices_count; i++) {
		const struct histogram *latency = &tally->slices[i].latency;
		uint64_t begin_ns = (uint64_t)i * course->slice_ns;
		if (begin_ns < end_ns)
			continue;
		/* it has the generator's lag in it: without that it would be smaller still */
		if (enough(latency, 0.99) &&
			histogram_quantile_ns(latency, 0.99) <= course->bound_ns) {
			course->recovery_ns = (int64_t)(begin_ns - end_ns);
			return;
		}
		known = known && course->slice_p99_ns[i] >= 0;
	}
	if (known)
		course->recovery_ns = COURSE_NEVER;
}
