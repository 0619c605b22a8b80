/*
 * Formats of other people's tools: Go's benchmark text for benchstat, and the list that
 * github-action-benchmark keeps a history of.
 */
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "harness/params.h"
#include "harness/report/report.h"

enum { NAME_BYTES = 300 };

/* "tasks=64" and what else tells benchmarks of this run apart: the swept parameters. */
static void describe_params(const struct session *session, const struct group_rows *group,
	const char *separator, char *text, size_t bytes)
{
	size_t end = 0;

	text[0] = '\0';
	for (int i = 0; i < group->sample->params_count && end < bytes; i++) {
		const struct record_param *param = &group->sample->params[i];
		if (strcmp(param->name, group->facts->concurrency) == 0 ||
			run_swept(&session->header, param->name))
			end += (size_t)snprintf(text + end, bytes - end, "%s%s=%s", separator,
				param->name, param->text);
	}
}

static int count_cpus(const struct group_rows *group)
{
	cpu_set_t cpus;

	return cpu_list_parse(group->sample->place.sut_cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 0;
}

/* A line per invocation, so that benchstat has its sample. */
static void write_go_row(const struct session *session, const struct group_rows *group,
	const struct row *row, FILE *out)
{
	char params[NAME_BYTES];

	describe_params(session, group, "/", params, sizeof(params));
	for (int i = 0; i < row->records_count; i++) {
		const struct record *record = row->records[i];
		double operations = (double)record->work.operations;
		if (record->status != STATUS_OK || operations <= 0)
			continue;
		fprintf(out, "Benchmark%c%s/model=%s%s-%d\t%llu", toupper(group->facts->name[0]),
			group->facts->name + 1, row->model, params, count_cpus(group),
			(unsigned long long)record->work.operations);
		if (group->facts->rate && record_has_rate(record))
			fprintf(out, "\t%.6g ns/op", (double)record->window.ns / operations);
		fprintf(out, "\t%.6g cpu-ns/op\n", (double)record->window.cpu_ns / operations);
	}
}

int export_benchstat(const struct report *report, FILE *out)
{
	const struct session *session = report->session;

	fprintf(out, "goos: linux\npkg: concbench\ncpu: %s\ncommit: %s\n",
		session->header.machine.cpu, session->header.build.commit);
	fputs("Unit cpu-ns/op better=lower\n", out);
	for (int i = 0; i < report->groups.count; i++) {
		const struct group_rows *group = &report->groups.groups[i];
		for (int j = 0; group->kind == KIND_TIME && j < group->rows_count; j++)
			if (group->rows[j].status == STATUS_OK)
				write_go_row(session, group, &group->rows[j], out);
	}
	return 0;
}

/* One point of the history; the range is the larger half of the interval. */
static json_t *point(const char *name, const char *unit, const struct interval *interval)
{
	double half = fmax(interval->high - interval->middle, interval->middle - interval->low);
	char range[40], extra[80];

	snprintf(range, sizeof(range), "± %.4g", half);
	snprintf(extra, sizeof(extra), "median of %d invocations, interval covers %.1f %%",
		interval->n, interval->coverage * 100);
	return json_pack("{s:s,s:s,s:f,s:s,s:s}", "name", name, "unit", unit, "value",
		interval->middle, "range", range, "extra", extra);
}

static void add_points(json_t *points, const struct session *session,
	const struct group_rows *group, const struct row *row)
{
	char params[NAME_BYTES], name[NAME_BYTES + 120];

	describe_params(session, group, " ", params, sizeof(params));
	if (row->round_ns.n > 0) {
		snprintf(name, sizeof(name), "%s/%s%s, %d CPUs: round", group->facts->name,
			row->model, params, count_cpus(group));
		json_array_append_new(points, point(name, "ns/round", &row->round_ns));
	}
	if (row->cpu_ns.n > 0) {
		snprintf(name, sizeof(name), "%s/%s%s, %d CPUs: CPU", group->facts->name,
			row->model, params, count_cpus(group));
		json_array_append_new(points, point(name, "ns/op", &row->cpu_ns));
	}
}

int export_github(const struct report *report, FILE *out)
{
	json_t *points = json_array();

	for (int i = 0; points != NULL && i < report->groups.count; i++) {
		const struct group_rows *group = &report->groups.groups[i];
		for (int j = 0; group->kind == KIND_TIME && j < group->rows_count; j++)
			if (group->rows[j].status == STATUS_OK)
				add_points(points, report->session, group, &group->rows[j]);
	}
	/* a failed write shows in the stream's error */
	if (points != NULL &&
		json_dumpf(points, out, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) == 0)
		fputc('\n', out);
	json_decref(points);
	return points == NULL ? -ENOMEM : 0;
}
