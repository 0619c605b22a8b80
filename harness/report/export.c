/*
 * A run's rows as data: base units, full precision; nothing is computed here.
 */
#include "harness/report/report.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stats/order.h"

/* Figures of a row in the order of the CSV's columns: intervals as three, single values as one. */
static const struct figure {
	const char *name;
	size_t offset;
	bool interval;
} figures[] = {
	{"operations_per_s", offsetof(struct row, rate), true},
	{"round_ns", offsetof(struct row, round_ns), true},
	{"ratio_to_best", offsetof(struct row, ratio), true},
	{"p50_ns", offsetof(struct row, percentiles_ns[P50]), false},
	{"p99_ns", offsetof(struct row, percentiles_ns[P99]), false},
	{"p999_ns", offsetof(struct row, percentiles_ns[P999]), false},
	{"max_ns", offsetof(struct row, max_ns), false},
	{"cpu_ns_per_operation", offsetof(struct row, cpu_ns), true},
	{"load_cpu_ns_per_operation", offsetof(struct row, load_cpu_ns), true},
	{"sum_cpu_ns_per_operation", offsetof(struct row, sum_cpu_ns), true},
	{"voluntary_per_operation", offsetof(struct row, voluntary), true},
	{"involuntary_per_operation", offsetof(struct row, involuntary), true},
	{"minor_faults_per_operation", offsetof(struct row, faults), true},
	{"run_delay_ns_per_operation", offsetof(struct row, run_delay_ns), true},
	{"fairness_max_per_min", offsetof(struct row, fairness), false},
	{"user_bytes_per_task", offsetof(struct row, user_bytes), true},
	{"kernel_bytes_per_task", offsetof(struct row, kernel_bytes), true},
	{"peak_bytes", offsetof(struct row, peak_bytes), false},
	/* of a load with phases, which are numbered */
	{"goodput_1_per_s", offsetof(struct row, course.goodput[0].middle), false},
	{"goodput_2_per_s", offsetof(struct row, course.goodput[1].middle), false},
	{"goodput_3_per_s", offsetof(struct row, course.goodput[2].middle), false},
	{"goodput_4_per_s", offsetof(struct row, course.goodput[3].middle), false},
	{"p99_1_ns", offsetof(struct row, course.p99_ns[0].middle), false},
	{"p99_2_ns", offsetof(struct row, course.p99_ns[1].middle), false},
	{"p99_3_ns", offsetof(struct row, course.p99_ns[2].middle), false},
	{"p99_4_ns", offsetof(struct row, course.p99_ns[3].middle), false},
	{"capacity_per_s", offsetof(struct row, course.capacity.middle), false},
	{"shed", offsetof(struct row, course.shed.middle), false},
	{"lost", offsetof(struct row, course.lost.middle), false},
	{"lost_in_drain", offsetof(struct row, course.last_lost.middle), false},
	{"refused", offsetof(struct row, course.refused.middle), false},
	{"waiting", offsetof(struct row, course.waiting.middle), false},
	{"broken", offsetof(struct row, course.broken.middle), false},
	{"recovery_ns", offsetof(struct row, course.recovery_ns.middle), false},
	{"drain_ns", offsetof(struct row, course.drain_ns.middle), false},
};

enum { FIGURES = sizeof(figures) / sizeof(figures[0]) };

/* With quotes where they are needed (RFC 4180). */
static void csv_text(FILE *out, const char *text)
{
	if (text[strcspn(text, ",\"\r\n")] == '\0') {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

/* Empty for what is n/a. */
static void csv_number(FILE *out, double value)
{
	if (isfinite(value))
		fprintf(out, ",%.9g", value);
	else
		fputc(',', out);
}

static void csv_row(FILE *out, const struct report *report, const struct group_rows *group,
	const struct row *row)
{
	const struct hyperfine_result *hyperfine =
		hyperfine_find(&report->hyperfine, group->facts->name, row->model);

	fprintf(out, "%s,%s,", group->facts->name, row->model);
	char params[600];
	size_t end = 0;
	params[0] = '\0';
	for (int i = 0; i < row->records[0]->params_count && end < sizeof(params); i++)
		end += (size_t)snprintf(params + end, sizeof(params) - end, "%s%s=%s",
			i > 0 ? " " : "", row->records[0]->params[i].name,
			row->records[0]->params[i].text);
	csv_text(out, params);
	fputc(',', out);
	csv_text(out, group->sample->place.sut_cpus);
	fputc(',', out);
	csv_text(out, group->sample->place.load_cpus);
	fprintf(out, ",%s,", status_names[row->status]);
	csv_text(out, row->reason);
	fprintf(out, ",%d,%d,%d", row->records_count, row->ok, row->disturbed);
	for (int i = 0; i < FIGURES; i++) {
		const char *at = (const char *)row + figures[i].offset;
		const struct interval *interval = (const struct interval *)at;
		csv_number(out, figures[i].interval ? interval->middle : *(const double *)at);
		if (figures[i].interval) {
			csv_number(out, interval->low);
			csv_number(out, interval->high);
		}
	}
	fprintf(out, ",%llu", (unsigned long long)row->samples);
	csv_number(out, hyperfine == NULL ? NAN : hyperfine->mean_s);
	csv_number(out, hyperfine == NULL ? NAN : hyperfine->stddev_s);
	csv_number(out, hyperfine == NULL ? NAN : hyperfine->user_s);
	csv_number(out, hyperfine == NULL ? NAN : hyperfine->system_s);
	fputc('\n', out);
}

int export_csv(const struct report *report, FILE *out)
{
	fputs("workload,model,parameters,sut_cpus,load_cpus,status,reason,invocations,ok,disturbed",
		out);
	for (int i = 0; i < FIGURES; i++) {
		fprintf(out, ",%s", figures[i].name);
		if (figures[i].interval)
			fprintf(out, ",%s_low,%s_high", figures[i].name, figures[i].name);
	}
	fputs(",latency_samples,hyperfine_mean_s,hyperfine_stddev_s,hyperfine_user_s,"
	      "hyperfine_system_s\n",
		out);
	for (int i = 0; i < report->groups.count; i++) {
		const struct group_rows *group = &report->groups.groups[i];
		for (int j = 0; group->kind == KIND_TIME && j < group->rows_count; j++)
			csv_row(out, report, group, &group->rows[j]);
	}
	return 0;
}

static json_t *json_figure(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *json_interval(const struct interval *interval)
{
	return json_pack("{s:o,s:o,s:o,s:f,s:i}", "middle", json_figure(interval->middle), "low",
		json_figure(interval->low), "high", json_figure(interval->high), "coverage",
		interval->coverage, "n", interval->n);
}

static json_t *json_params(const struct record *record)
{
	json_t *params = json_object();

	for (int i = 0; i < record->params_count; i++)
		json_object_set_new(params, record->params[i].name,
			json_pack("{s:s,s:I}", "text", record->params[i].text, "value",
				(json_int_t)record->params[i].value));
	return params;
}

static json_t *json_row(const struct group_rows *group, const struct row *row)
{
	json_t *warnings = json_array();
	json_t *object = json_pack("{s:s,s:s,s:o,s:s,s:s,s:s,s:s,s:i,s:i,s:i}", "workload",
		group->facts->name, "model", row->model, "params", json_params(row->records[0]),
		"sut_cpus", group->sample->place.sut_cpus, "load_cpus",
		group->sample->place.load_cpus, "status", status_names[row->status], "reason",
		row->reason, "invocations", row->records_count, "ok", row->ok, "disturbed",
		row->disturbed);

	for (int i = 0; i < row->warnings_count; i++)
		json_array_append_new(warnings, json_string(row->warnings[i]));
	json_object_set_new(object, "warnings", warnings);
	for (int i = 0; i < FIGURES; i++) {
		const char *at = (const char *)row + figures[i].offset;
		json_object_set_new(object, figures[i].name,
			figures[i].interval ? json_interval((const struct interval *)at)
					    : json_figure(*(const double *)at));
	}
	json_object_set_new(object, "latency_samples", json_integer((json_int_t)row->samples));
	return object;
}

static int dump(json_t *root, FILE *out)
{
	int rc = root == NULL ? -ENOMEM : 0;

	/* a failed write shows in the stream's error */
	if (rc == 0 && json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) == 0)
		fputc('\n', out);
	json_decref(root);
	return rc;
}

int export_json(const struct report *report, FILE *out)
{
	const struct run_header *header = &report->session->header;
	json_t *rows = json_array();

	for (int i = 0; i < report->groups.count; i++) {
		const struct group_rows *group = &report->groups.groups[i];
		for (int j = 0; group->kind == KIND_TIME && j < group->rows_count; j++)
			json_array_append_new(rows, json_row(group, &group->rows[j]));
	}
	return dump(json_pack("{s:s,s:s,s:s,s:s,s:s,s:I,s:o}", "session", header->session,
			    "started", header->started, "commit", header->build.commit, "cpu",
			    header->machine.cpu, "kernel", header->machine.kernel, "cpus",
			    (json_int_t)header->machine.cpus, "rows", rows),
		out);
}

/* Round durations in s and what goes with them; one of hyperfine's results. */
static json_t *hyperfine_row(const struct group_rows *group, const struct row *row)
{
	double *seconds = calloc((size_t)row->ok + 1, sizeof(*seconds));
	if (seconds == NULL)
		return NULL;
	json_t *times = json_array(), *codes = json_array(), *params = json_object();
	double sum = 0, squares = 0, user = 0, system = 0;
	char command[2 * RECORD_NAME_MAX + 1];
	int n = 0;

	for (int i = 0; i < row->records_count; i++) {
		const struct record *record = row->records[i];
		if (record->status != STATUS_OK)
			continue;
		double rounds = (double)record->work.rounds * 1e9;
		seconds[n] = (double)record->window.ns / rounds;
		sum += seconds[n];
		user += (double)record->window.user_ns / rounds;
		system += (double)record->window.system_ns / rounds;
		json_array_append_new(times, json_real(seconds[n++]));
		json_array_append_new(codes, json_integer(0));
	}
	for (int i = 0; i < n; i++)
		squares += (seconds[i] - sum / n) * (seconds[i] - sum / n);
	order_sort(seconds, n);
	for (int i = 0; i < row->records[0]->params_count; i++)
		json_object_set_new(params, row->records[0]->params[i].name,
			json_string(row->records[0]->params[i].text));
	snprintf(command, sizeof(command), "%s/%s", group->facts->name, row->model);
	json_t *object = json_pack("{s:s,s:f,s:o,s:f,s:f,s:f,s:f,s:f,s:o,s:o,s:o}", "command",
		command, "mean", sum / n, "stddev",
		n > 1 ? json_real(sqrt(squares / (n - 1))) : json_null(), "median",
		order_median(seconds, n), "user", user / n, "system", system / n, "min", seconds[0],
		"max", seconds[n - 1], "times", times, "exit_codes", codes, "parameters", params);
	free(seconds);
	return object;
}

int export_hyperfine(const struct report *report, FILE *out)
{
	json_t *results = json_array();

	for (int i = 0; i < report->groups.count; i++) {
		const struct group_rows *group = &report->groups.groups[i];
		for (int j = 0; group->kind == KIND_TIME && j < group->rows_count; j++)
			if (group->rows[j].status == STATUS_OK &&
				json_array_append_new(
					results, hyperfine_row(group, &group->rows[j])) != 0) {
				json_decref(results);
				return -ENOMEM;
			}
	}
	return dump(json_pack("{s:o}", "results", results), out);
}
