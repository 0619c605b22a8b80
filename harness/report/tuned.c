#include "harness/report/tuned.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/report/number.h"

static json_t *number_json(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *interval_json(const struct interval *interval)
{
	return json_pack("{s:o, s:o, s:o, s:f, s:i}", "middle", number_json(interval->middle),
		"low", number_json(interval->low), "high", number_json(interval->high), "coverage",
		interval->coverage, "n", interval->n);
}

static double number_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static struct interval interval_of(const json_t *object, const char *key)
{
	const json_t *interval = json_object_get(object, key);

	return (struct interval){.middle = number_of(interval, "middle"),
		.low = number_of(interval, "low"),
		.high = number_of(interval, "high"),
		.coverage = json_number_value(json_object_get(interval, "coverage")),
		.n = (int)json_integer_value(json_object_get(interval, "n"))};
}

static void stamp(struct tuned *tuned)
{
	time_t now = time(NULL);
	struct tm utc;

	strftime(tuned->at, sizeof(tuned->at), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	gethostname(tuned->host, sizeof(tuned->host) - 1);
}

/* The line of a search, malloc'd, with its end; NULL without memory. */
static char *line_of(const struct tuned *tuned)
{
	json_t *values = json_array();
	char *line = NULL;

	for (int i = 0; i < tuned->count; i++)
		json_array_append_new(
			values, json_pack("{s:s, s:o, s:o}", "value", tuned->values[i].value,
					"figure", interval_json(&tuned->values[i].figure), "ratio",
					interval_json(&tuned->values[i].ratio)));
	json_t *object = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:i, s:o, s:o, s:o, s:o}", "workload",
		tuned->workload, "model", tuned->model, "setting", tuned->setting, "with",
		tuned->with, "effort", tuned->effort, "at", tuned->at, "host", tuned->host,
		"by_rate", (int)tuned->by_rate, "best", tuned->best, "values", values, "default",
		interval_json(&tuned->plain), "tuned", interval_json(&tuned->tuned), "ratio",
		interval_json(&tuned->ratio));
	char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
	if (text != NULL && asprintf(&line, "%s\n", text) < 0)
		line = NULL;
	free(text);
	json_decref(object);
	return line;
}

int tuned_keep(const char *results, struct tuned *tuned)
{
	char path[PATH_MAX];
	int rc = 0, file = -1;

	stamp(tuned);
	char *line = line_of(tuned);
	if (line == NULL)
		rc = -ENOMEM;
	else if (mkdir(results, 0777) != 0 && errno != EEXIST)
		rc = -errno;
	else if ((size_t)snprintf(path, sizeof(path), "%s/" TUNED_KEPT, results) >= sizeof(path))
		rc = -ENAMETOOLONG;
	if (rc == 0 && (file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) < 0)
		rc = -errno;
	if (rc == 0) {
		/* one write: two searches at once do not mix their lines */
		ssize_t written = write(file, line, strlen(line));
		rc = written < 0 ? -errno : (size_t)written != strlen(line) ? -EIO : 0;
	}
	if (file >= 0)
		close(file);
	free(line);
	return rc;
}

static void copy_text(const json_t *object, const char *key, char *text, size_t bytes)
{
	const char *value = json_string_value(json_object_get(object, key));

	snprintf(text, bytes, "%s", value == NULL ? "" : value);
}

/* False: it is no search. */
static bool parse(const char *line, struct tuned *tuned)
{
	json_t *object = json_loads(line, 0, NULL);
	const json_t *values = json_object_get(object, "values");

	memset(tuned, 0, sizeof(*tuned));
	copy_text(object, "workload", tuned->workload, sizeof(tuned->workload));
	copy_text(object, "model", tuned->model, sizeof(tuned->model));
	copy_text(object, "setting", tuned->setting, sizeof(tuned->setting));
	copy_text(object, "with", tuned->with, sizeof(tuned->with));
	copy_text(object, "effort", tuned->effort, sizeof(tuned->effort));
	copy_text(object, "at", tuned->at, sizeof(tuned->at));
	copy_text(object, "host", tuned->host, sizeof(tuned->host));
	tuned->by_rate = json_is_true(json_object_get(object, "by_rate"));
	for (size_t i = 0; i < json_array_size(values) && i < TUNED_VALUES_MAX; i++) {
		const json_t *value = json_array_get(values, i);
		struct tuned_value *to = &tuned->values[tuned->count++];
		copy_text(value, "value", to->value, sizeof(to->value));
		to->figure = interval_of(value, "figure");
		to->ratio = interval_of(value, "ratio");
	}
	tuned->best = (int)json_integer_value(json_object_get(object, "best"));
	tuned->plain = interval_of(object, "default");
	tuned->tuned = interval_of(object, "tuned");
	tuned->ratio = interval_of(object, "ratio");
	json_decref(object);
	return tuned->workload[0] != '\0' && tuned->setting[0] != '\0' && tuned->count > 0 &&
	       tuned->best < tuned->count;
}

/* What was kept, malloc'd; the last search of a workload, model and setting takes an earlier one's
   place. */
static int read_kept(const char *path, struct tuned **all, int *count)
{
	FILE *file = fopen(path, "re");
	struct tuned one;
	char *line = NULL;
	size_t room = 0;
	int rc = 0;

	*all = NULL;
	*count = 0;
	while (file != NULL && rc == 0 && getline(&line, &room, file) > 0) {
		int at = 0;
		if (!parse(line, &one))
			continue;
		while (at < *count && (strcmp((*all)[at].workload, one.workload) != 0 ||
					      strcmp((*all)[at].model, one.model) != 0 ||
					      strcmp((*all)[at].setting, one.setting) != 0))
			at++;
		if (at == *count) {
			struct tuned *grown = realloc(*all, sizeof(**all) * (size_t)(*count + 1));
			if (grown == NULL) {
				rc = -ENOMEM;
				break;
			}
			*all = grown;
			++*count;
		}
		(*all)[at] = one;
	}
	free(line);
	if (file != NULL)
		fclose(file);
	return rc;
}

enum { MODEL, SETTING, DEFAULT, BEST, TUNED, RATIO, CURVE, COLUMNS };

/* "64KiB: 0.99, 1MiB: 1.02": every value that was tried, as a speed over the default. */
static void write_curve(struct grid *grid, int line, const struct tuned *tuned)
{
	char text[CELL_BYTES] = "", ratio[NUMBER_MAX];
	size_t end = 0;

	for (int i = 1; i < tuned->count && end < sizeof(text); i++) {
		number_middle(ratio, sizeof(ratio), &tuned->values[i].ratio, UNIT_PLAIN);
		end += (size_t)snprintf(text + end, sizeof(text) - end, "%s%s: %s",
			end > 0 ? ", " : "", tuned->values[i].value, ratio);
	}
	grid_set(grid, line, CURVE, "%s", text);
}

static void set_row(struct grid *grid, int line, const struct tuned *tuned)
{
	enum unit unit = tuned->by_rate ? UNIT_RATE : UNIT_DURATION;
	bool gained = tuned->best > 0;
	const struct interval *plain = gained ? &tuned->plain : &tuned->values[0].figure;
	char text[NUMBER_MAX];

	grid_set(grid, line, MODEL, "%s", tuned->model);
	grid_set(grid, line, SETTING, "%s", tuned->setting);
	number_interval(text, sizeof(text), plain, unit);
	grid_set(grid, line, DEFAULT, "%s", text);
	grid_value(grid, line, DEFAULT, plain->middle);
	grid_set(grid, line, BEST, "%s", gained ? tuned->values[tuned->best].value : "the default");
	write_curve(grid, line, tuned);
	if (!gained)
		return;
	number_interval(text, sizeof(text), &tuned->tuned, unit);
	grid_set(grid, line, TUNED, "%s", text);
	grid_value(grid, line, TUNED, tuned->tuned.middle);
	number_interval(text, sizeof(text), &tuned->ratio, UNIT_PLAIN);
	bool close = tuned->ratio.coverage < 0.9 || interval_contains(&tuned->ratio, 1);
	grid_set(grid, line, RATIO, "%s%s", close ? "≈ " : "", text);
	grid_value(grid, line, RATIO, tuned->ratio.middle);
}

static void write_origin(
	const struct writer *writer, const struct tuned *all, int count, const char *workload)
{
	const struct tuned *last = NULL;

	for (int i = 0; i < count; i++)
		if (strcmp(all[i].workload, workload) == 0 &&
			(last == NULL || strcmp(all[i].at, last->at) > 0))
			last = &all[i];
	if (last == NULL)
		return;
	for (int i = 0; i < count; i++)
		if (strcmp(all[i].workload, workload) == 0 && strcmp(all[i].with, last->with) != 0)
			write_note(writer, "%s, %s: searched with %s", all[i].model, all[i].setting,
				all[i].with[0] != '\0' ? all[i].with : "the usual parameters");
	write_note(writer,
		"searched %s on %s, effort %s, %s; × default is of both measured afresh, next "
		"to each other",
		last->at, last->host, last->effort,
		last->with[0] != '\0' ? last->with : "the usual parameters");
}

/* Workloads of the report without a search. */
static void write_unsearched(const struct writer *writer, const struct groups *groups,
	const struct tuned *all, int count)
{
	const char *before = "";
	char text[400] = "";

	for (int i = 0; i < groups->count; i++) {
		const char *name = groups->groups[i].facts->name;
		bool searched = groups->groups[i].kind != KIND_TIME || strcmp(name, before) == 0;
		for (int j = 0; j < count; j++)
			searched = searched || strcmp(all[j].workload, name) == 0;
		size_t end = strlen(text);
		if (!searched)
			snprintf(text + end, sizeof(text) - end, "%s%s", end > 0 ? ", " : "", name);
		before = groups->groups[i].kind == KIND_TIME ? name : before;
	}
	if (text[0] != '\0')
		write_text(writer,
			"The best settings of models were not searched here for: %s (concbench "
			"find "
			"tuning WORKLOAD).",
			text);
}

static int write_workload(
	const struct writer *writer, const struct tuned *all, int count, const char *workload)
{
	const char *heads[COLUMNS] = {"model", "setting", "default round", "best", "tuned round",
		"× default", "all tried, × default"};
	struct grid grid;
	int rows = 0, line = 1;

	for (int i = 0; i < count; i++) {
		if (strcmp(all[i].workload, workload) != 0)
			continue;
		rows++;
		heads[DEFAULT] = all[i].by_rate ? "default op/s" : heads[DEFAULT];
		heads[TUNED] = all[i].by_rate ? "tuned op/s" : heads[TUNED];
	}
	if (rows == 0)
		return 0;
	write_heading(writer, "%s: the best setting of each model beside its default", workload);
	int rc = grid_init(&grid, COLUMNS, rows, SETTING + 1);
	for (int i = 0; i < COLUMNS && rc == 0; i++)
		grid_set(&grid, 0, i, "%s", heads[i]);
	for (int i = 0; i < count && rc == 0; i++)
		if (strcmp(all[i].workload, workload) == 0)
			set_row(&grid, line++, &all[i]);
	if (rc == 0) {
		write_grid(writer, &grid);
		write_origin(writer, all, count, workload);
	}
	grid_free(&grid);
	return rc;
}

int tuned_write(const struct writer *writer, const struct report *report, const char *path)
{
	const struct groups *groups = &report->groups;
	const char *before = "";
	struct tuned *all;
	int count, rc = read_kept(path, &all, &count);

	/* groups of one workload lie next to each other */
	for (int i = 0; i < groups->count && rc == 0; i++) {
		const char *name = groups->groups[i].facts->name;
		if (groups->groups[i].kind != KIND_TIME || strcmp(name, before) == 0)
			continue;
		rc = write_workload(writer, all, count, name);
		before = name;
	}
	if (rc == 0)
		write_unsearched(writer, groups, all, count);
	free(all);
	return rc;
}
