#include "harness/advise/stored.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/params.h"

static bool has(const struct record *record, const char *name)
{
	return record_param_value(record, name, 0) == record_param_value(record, name, 1);
}

static double apart(double a, double b)
{
	return fabs(log((a + 1) / (b + 1)));
}

/* Of mixed some requests are heavy: the average is what is asked for. */
static double average_compute_ns(const struct record *sample)
{
	double heavy = (double)record_param_value(sample, "heavy", 0) / 100;
	double factor = (double)record_param_value(sample, "factor", 1);

	return (double)record_param_value(sample, "compute", 0) * (1 + heavy * (factor - 1));
}

double stored_distance(const struct group_rows *group, const struct request *request)
{
	const struct record *sample = group->sample;
	int64_t rate = record_param_value(sample, "rate", 0);
	int64_t tasks = record_param_value(sample, group->facts->concurrency, 0);

	return (rate > 0 ? apart((double)rate, (double)request->rate) : 0) +
	       apart((double)record_param_value(sample, "wait", 0), (double)request->wait_ns) +
	       apart(average_compute_ns(sample), (double)request->compute_ns) +
	       apart((double)tasks, (double)request->concurrency);
}

static bool is_of_requests(const struct group_rows *group)
{
	return group->kind == KIND_TIME && has(group->sample, "wait") &&
	       has(group->sample, "compute");
}

const struct group_rows *stored_nearest(const struct report *report, const struct request *request)
{
	const struct group_rows *nearest = NULL;

	for (int i = 0; i < report->groups.count; i++) {
		const struct group_rows *group = &report->groups.groups[i];
		if (!is_of_requests(group))
			continue;
		bool open = record_param_value(group->sample, "rate", 0) > 0;
		bool open_before =
			nearest != NULL && record_param_value(nearest->sample, "rate", 0) > 0;
		if (nearest == NULL || (open && !open_before) ||
			(open == open_before && stored_distance(group, request) <
							stored_distance(nearest, request)))
			nearest = group;
	}
	return nearest;
}

static const char *text_of(const struct record *record, const char *name)
{
	for (int i = 0; i < record->params_count; i++)
		if (strcmp(record->params[i].name, name) == 0)
			return record->params[i].text;
	return "?";
}

void stored_write(
	const struct writer *writer, const struct group_rows *group, const struct request *request)
{
	const struct record *sample = group->sample;
	bool open = record_param_value(sample, "rate", 0) > 0;
	char compute[PARAM_TEXT_MAX];

	duration_format((uint64_t)average_compute_ns(sample), compute, sizeof(compute));
	if (stored_distance(group, request) > 0.01)
		write_text(writer,
			"The nearest that was measured, not what was asked for: %s%s%s, wait %s, "
			"compute %s on average, %s %s.",
			group->facts->name, open ? ", rate " : "",
			open ? text_of(sample, "rate") : "", text_of(sample, "wait"), compute,
			group->facts->concurrency, text_of(sample, group->facts->concurrency));
	if (!open)
		write_text(writer,
			"It was measured without a rate, each task its next request when the last "
			"was done: a model keeps the rate that it reached, and p99%s%s%s is that "
			"of a busy server.",
			group->facts->latency_of[0] != '\0' ? " (" : "", group->facts->latency_of,
			group->facts->latency_of[0] != '\0' ? ")" : "");
}
