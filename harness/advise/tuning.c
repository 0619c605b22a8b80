#include "harness/advise/tuning.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/params.h"

/*
 * Two settings of five values for every model that has any: the same budget. A loop neither spins
 * nor has a pool, and its second setting is how late a timer may be, which lets it serve several at
 * one waking. `pool` is the number of loops of async-multi and that of async-offload's pthreads.
 */
static const struct tuning pool_tunings[] = {
	{"pool", {"0", "1", "2", "8", "32"}, TUNING_VALUES},
	{"spin", {"50us", "0", "10us", "200us", "1ms"}, TUNING_VALUES},
};
static const struct tuning task_tunings[] = {
	{"stack", {"0", "64KiB", "128KiB", "1MiB", "8MiB"}, TUNING_VALUES},
	{"spin", {"50us", "0", "10us", "200us", "1ms"}, TUNING_VALUES},
};
static const struct tuning loop_tunings[] = {
	{"stack", {"0", "64KiB", "128KiB", "1MiB", "8MiB"}, TUNING_VALUES},
	{"slack", {"1ns", "10us", "50us", "200us", "1ms"}, TUNING_VALUES},
};
static const struct tuning loops_tunings[] = {
	{"pool", {"0", "1", "2", "8", "32"}, TUNING_VALUES},
	{"slack", {"1ns", "10us", "50us", "200us", "1ms"}, TUNING_VALUES},
};

int tuning_of(const struct model *model, const struct tuning **tunings)
{
	if (model->kind == MODEL_INLINE)
		return 0;
	if (model->kind == MODEL_POOL)
		*tunings = pool_tunings;
	else if (strcmp(model->name, "async-multi") == 0 ||
		 strcmp(model->name, "async-offload") == 0)
		*tunings = loops_tunings;
	else if (model->family == FAMILY_ASYNC || model->family == FAMILY_STACKLESS)
		*tunings = loop_tunings;
	else
		*tunings = task_tunings;
	return TUNINGS;
}

static const struct interval none = {.middle = NAN, .low = NAN, .high = NAN};

/* What is being searched, for the two trials of it. */
struct searching {
	const struct tuning *tuning;
	const struct workload *workload;
	const struct model *model;
	const struct sweep *sweeps;
	int sweeps_count;
	const char *concurrency;
	const struct trial_world *world;
};

static int run(struct trial *trial, const struct searching *searching, const char *const *values,
	int count, char *error, size_t error_bytes)
{
	struct sweep sweeps[SWEEPS_MAX];
	char selector[2 * RECORD_NAME_MAX], *selectors[] = {selector};
	size_t end = 0;
	int used = 0;

	for (; used < searching->sweeps_count && used < SWEEPS_MAX - 1; used++)
		sweeps[used] = searching->sweeps[used];
	struct sweep *tuned = &sweeps[used];
	snprintf(tuned->name, sizeof(tuned->name), "%s", searching->tuning->name);
	for (int i = 0; i < count && end < sizeof(tuned->values); i++)
		end += (size_t)snprintf(tuned->values + end, sizeof(tuned->values) - end, "%s%s",
			i > 0 ? "," : "", values[i]);
	snprintf(selector, sizeof(selector), "%s/%s", searching->workload->name,
		searching->model->name);
	return trial_run(trial, searching->world, selectors, 1, sweeps, used + 1,
		searching->concurrency, error, error_bytes);
}

static int64_t number_of(const char *name, const char *value)
{
	char error[PARAM_ERROR_MAX];
	int64_t number = -1;

	for (int i = 0; i < COMMON_PARAMS; i++)
		if (strcmp(common_params[i].name, name) == 0 &&
			param_parse(&common_params[i], value, &number, error, sizeof(error)) != 0)
			number = -1;
	return number;
}

static bool is_other_value(const struct tuning *tuning, int64_t number)
{
	for (int i = 1; i < tuning->count; i++)
		if (number_of(tuning->name, tuning->values[i]) == number)
			return true;
	return false;
}

/*
 * The row at a value. The default is resolved by the model, so its row is the one that has no other
 * value; where it is the same as one of them, the one with the most invocations is both.
 */
static const struct row *row_at(
	const struct trial *trial, const struct searching *searching, const char *value)
{
	const struct tuning *tuning = searching->tuning;
	bool first = strcmp(value, tuning->values[0]) == 0;
	const struct row *both = NULL;

	for (int i = 0; i < trial->report.groups.count; i++) {
		const struct group_rows *group = &trial->report.groups.groups[i];
		const struct row *row = trial_row(group, searching->model->name);
		if (group->kind != KIND_TIME || row == NULL)
			continue;
		int64_t used = record_param_value(row->records[0], tuning->name, -1);
		if (first ? !is_other_value(tuning, used) : used == number_of(tuning->name, value))
			return row;
		if (both == NULL || row->records_count > both->records_count)
			both = row;
	}
	return first ? both : NULL;
}

static struct interval ratio_of(const struct row *row, const struct row *base, bool by_rate)
{
	if (row == NULL || base == NULL)
		return none;
	return row_ratio(row, base, by_rate);
}

static void take(
	struct tuning_result *result, const struct trial *trial, const struct searching *searching)
{
	const struct tuning *tuning = searching->tuning;
	const struct row *base = row_at(trial, searching, tuning->values[0]);

	result->best = -1;
	for (int i = 0; i < tuning->count; i++) {
		const struct group_rows *group = trial_group(trial);
		const struct row *row = row_at(trial, searching, tuning->values[i]);
		struct tuning_point *point = &result->points[result->count++];
		*point = (struct tuning_point){.value = tuning->values[i],
			.by_rate = group != NULL && group->by_rate,
			.figure = {.middle = NAN, .low = NAN, .high = NAN},
			.ratio = ratio_of(row, base, group != NULL && group->by_rate)};
		if (row != NULL)
			point->figure = point->by_rate ? row->rate : row->round_ns;
		if (isfinite(point->ratio.middle) &&
			(result->best < 0 ||
				point->ratio.middle > result->points[result->best].ratio.middle))
			result->best = i;
	}
}

static struct interval figure_of(const struct row *row, bool by_rate)
{
	return row == NULL ? none : by_rate ? row->rate : row->round_ns;
}

/* The best and the default, measured again. */
static void confirm(
	struct tuning_result *result, const struct trial *trial, const struct searching *searching)
{
	const struct tuning *tuning = searching->tuning;
	const struct row *plain = row_at(trial, searching, tuning->values[0]);
	const struct row *tuned = row_at(trial, searching, tuning->values[result->best]);
	bool by_rate = result->points[0].by_rate;

	result->plain = figure_of(plain, by_rate);
	result->tuned = figure_of(tuned, by_rate);
	result->confirmed = ratio_of(tuned, plain, by_rate);
}

int tuning_find(struct tuning_result *result, const struct tuning *tuning,
	const struct workload *workload, const struct model *model, const struct sweep *sweeps,
	int sweeps_count, const char *concurrency, const struct trial_world *world, char *error,
	size_t error_bytes)
{
	struct searching searching = {.tuning = tuning,
		.workload = workload,
		.model = model,
		.sweeps = sweeps,
		.sweeps_count = sweeps_count,
		.concurrency = concurrency,
		.world = world};
	struct trial trial;

	memset(result, 0, sizeof(*result));
	result->confirmed = result->plain = result->tuned = none;
	int rc = run(&trial, &searching, tuning->values, tuning->count, error, error_bytes);
	if (rc == 0)
		take(result, &trial, &searching);
	trial_free(&trial);
	if (rc != 0 || result->best <= 0)
		return rc;
	const char *values[] = {tuning->values[0], tuning->values[result->best]};
	rc = run(&trial, &searching, values, 2, error, error_bytes);
	if (rc == 0)
		confirm(result, &trial, &searching);
	trial_free(&trial);
	return rc;
}
