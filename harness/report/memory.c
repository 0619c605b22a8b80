/*
 * Memory per task: a slope over the sizes that were measured, or where there is one size only, the
 * figures of its invocations.
 */
#include "harness/report/group.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stats/fit.h"

static const double confidence = 0.95;

const double memory_spread_most = 0.03;

/* Points of one model over all memory groups of a benchmark. */
struct points {
	struct fit_point *user, *kernel, *both;
	int count, room;
	int64_t size; /* tasks of the last point */
	int sizes;
	double peak_bytes;
};

static int add(struct points *points, const struct record *record, int64_t tasks)
{
	if (points->count == points->room) {
		int room = points->room == 0 ? 32 : points->room * 2;
		struct fit_point *user = realloc(points->user, (size_t)room * sizeof(*user));
		if (user != NULL)
			points->user = user;
		struct fit_point *kernel = realloc(points->kernel, (size_t)room * sizeof(*kernel));
		if (kernel != NULL)
			points->kernel = kernel;
		struct fit_point *both = realloc(points->both, (size_t)room * sizeof(*both));
		if (both != NULL)
			points->both = both;
		if (user == NULL || kernel == NULL || both == NULL)
			return -ENOMEM;
		points->room = room;
	}
	double n = (double)tasks;
	double user = record->memory.user_per_task * n, kernel = record->memory.kernel_per_task * n;
	int64_t block = record->place.block;
	points->user[points->count] = (struct fit_point){.group = block, .x = n, .y = user};
	points->kernel[points->count] = (struct fit_point){.group = block, .x = n, .y = kernel};
	points->both[points->count++] =
		(struct fit_point){.group = block, .x = n, .y = user + kernel};
	return 0;
}

static int collect(
	const struct group_rows *group, const char *model, int64_t wanted, struct points *points)
{
	int rc = 0;

	for (int i = 0; i < group->rows_count; i++) {
		const struct row *row = &group->rows[i];
		for (int j = 0; j < row->records_count && rc == 0; j++) {
			const struct record *record = row->records[j];
			int64_t tasks = record_param_value(record, group->facts->concurrency, 0);
			if (strcmp(row->model, model) != 0 || record->status != STATUS_OK ||
				row->status != STATUS_OK || tasks <= 0 ||
				!isfinite(record->memory.user_per_task) ||
				!isfinite(record->memory.kernel_per_task))
				continue;
			points->sizes += points->size != tasks;
			points->size = tasks;
			double peak = (double)record->memory.peak;
			if (tasks == wanted && peak >= 0 &&
				!(peak <= points->peak_bytes)) /* also from NaN */
				points->peak_bytes = peak;
			rc = add(points, record, tasks);
		}
	}
	return rc;
}

static struct interval per_task(const struct fit_point *points, int count, bool fitted)
{
	double *values = malloc(sizeof(*values) * (size_t)(count + 1));

	if (fitted || values == NULL) {
		free(values);
		return fit_slopes(points, count, confidence);
	}
	for (int i = 0; i < count; i++)
		values[i] = points[i].y / points[i].x;
	struct interval interval = interval_median(values, count, confidence);
	free(values);
	return interval;
}

/* What is said of the invocations that measured memory belongs to the row that shows it. */
static void take_warnings(struct row *row, const struct group_rows *memory)
{
	char text[RECORD_REASON_MAX];

	for (int i = 0; i < memory->rows_count; i++) {
		const struct row *from = &memory->rows[i];
		if (strcmp(from->model, row->model) != 0)
			continue;
		if (from->status != STATUS_OK) {
			snprintf(text, sizeof(text), "memory: %s: %.200s",
				status_names[from->status], from->reason);
			row_warn(row, text);
		}
		for (int j = 0; j < from->warnings_count; j++) {
			snprintf(text, sizeof(text), "memory: %.200s", from->warnings[j]);
			row_warn(row, text);
		}
	}
}

double row_memory_spread(const struct row *row)
{
	const struct interval *bytes = &row->memory_bytes;

	if (bytes->n < 2 || !(bytes->middle > 0))
		return NAN;
	return (bytes->high - bytes->low) / 2 / bytes->middle;
}

static void warn_of_spread(struct row *row)
{
	char text[RECORD_REASON_MAX];
	double spread = row_memory_spread(row);

	if (!(spread > memory_spread_most))
		return;
	snprintf(text, sizeof(text), "memory per task is still wide: +-%.1f %% over %d blocks",
		100 * spread, row->memory_bytes.n);
	row_warn(row, text);
}

/* Where the kernel's side is the whole machine's, others that ended can outweigh the tasks. */
static void refuse_less_than_nothing(struct row *row)
{
	double user = row->user_bytes.middle, kernel = row->kernel_bytes.middle;

	if (user + kernel > 0 && (kernel >= 0 || -kernel < user / 10))
		return;
	row_warn(row, "memory per task: n/a: other programs gave back more than the tasks took");
	row->user_bytes = row->kernel_bytes = row->memory_bytes =
		(struct interval){.middle = NAN, .low = NAN, .high = NAN};
	row->fitted = false;
}

static int fit_row(struct groups *groups, const struct session *session, struct group_rows *group,
	struct row *row)
{
	struct points points = {.peak_bytes = NAN};
	int64_t wanted = record_param_value(group->sample, group->facts->concurrency, 0);
	int rc = 0;

	for (int i = 0; i < groups->count && rc == 0; i++) {
		const struct group_rows *other = &groups->groups[i];
		if (other->kind != KIND_MEMORY ||
			!same_benchmark(session, other->sample, group->sample, true))
			continue;
		rc = collect(other, row->model, wanted, &points);
		if (group->kind == KIND_TIME && row->status == STATUS_OK)
			take_warnings(row, other);
	}
	if (rc == 0 && points.count > 0) {
		row->fitted = points.sizes > 1;
		row->user_bytes = per_task(points.user, points.count, row->fitted);
		row->kernel_bytes = per_task(points.kernel, points.count, row->fitted);
		row->memory_bytes = per_task(points.both, points.count, row->fitted);
		row->peak_bytes = points.peak_bytes;
		if (group->kind == KIND_TIME && row->status == STATUS_OK)
			warn_of_spread(row);
		refuse_less_than_nothing(row);
	}
	free(points.user);
	free(points.kernel);
	free(points.both);
	return rc;
}

int groups_fit(struct groups *groups, const struct session *session)
{
	int rc = 0;

	for (int i = 0; i < groups->count; i++)
		for (int j = 0; j < groups->groups[i].rows_count && rc == 0; j++)
			rc = fit_row(
				groups, session, &groups->groups[i], &groups->groups[i].rows[j]);
	return rc;
}
