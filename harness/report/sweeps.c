#include "harness/report/sweeps.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/params.h"
#include "harness/report/number.h"

const char *sweep_text(const struct record *record, const char *name)
{
	for (int i = 0; i < record->params_count; i++)
		if (strcmp(record->params[i].name, name) == 0)
			return record->params[i].text;
	return "";
}

/* The record with one parameter as in another. */
static void take_param(struct record *record, const char *name, const struct record *from)
{
	for (int i = 0; i < record->params_count; i++)
		if (strcmp(record->params[i].name, name) == 0)
			record->params[i].value = record_param_value(from, name, 0);
}

/* All time groups that differ from the group in this parameter alone, the group itself too. */
static void collect(const struct report *report, int group, const char *name, struct sweep_set *set)
{
	const struct group_rows *groups = report->groups.groups;
	struct record moved = *groups[group].sample;

	*set = (struct sweep_set){.name = name};
	for (int i = 0; i < report->groups.count && set->count < SWEEP_POINTS_MAX; i++) {
		const struct record *sample = groups[i].sample;
		int64_t value = record_param_value(sample, name, INT64_MIN);
		int at = set->count;
		take_param(&moved, name, sample);
		if (groups[i].kind != KIND_TIME || value == INT64_MIN ||
			!same_benchmark(report->session, &moved, sample, false))
			continue;
		for (; at > 0 && set->values[at - 1] > value; at--) {
			set->values[at] = set->values[at - 1];
			set->groups[at] = set->groups[at - 1];
		}
		set->values[at] = value;
		set->groups[at] = i;
		set->count++;
	}
}

bool sweep_set_of(const struct report *report, int group, struct sweep_set *set)
{
	const struct group_rows *of = &report->groups.groups[group];

	set->count = 0;
	for (int i = 0; i < of->sample->params_count; i++) {
		const char *name = of->sample->params[i].name;
		struct sweep_set other;
		if (!run_swept(&report->session->header, name))
			continue;
		collect(report, group, name, &other);
		if (other.count > set->count)
			*set = other;
	}
	return set->count > 1;
}

static double leading(const struct group_rows *group, const struct row *row)
{
	return group->by_rate ? row->rate.middle : 1 / row->round_ns.middle;
}

static const struct row *row_of(const struct group_rows *group, const char *model)
{
	for (int i = 0; group != NULL && i < group->rows_count; i++)
		if (strcmp(group->rows[i].model, model) == 0 && group->rows[i].status == STATUS_OK)
			return &group->rows[i];
	return NULL;
}

/* Where two lines of which one is above on each side meet. */
static double meet(double low, double high, double before, double after)
{
	double share = before / (before - after);

	if (low > 0)
		return exp(log(low) + share * (log(high) - log(low)));
	return low + share * (high - low);
}

/* In the unit that the values' own texts show. */
static void write_value(char *text, size_t bytes, const char *like, double value)
{
	const char *unit = like + strspn(like, "0123456789.");

	if (strstr(unit, "s") != NULL)
		number_format(text, bytes, value, UNIT_DURATION, 2);
	else if (strchr(unit, 'B') != NULL)
		number_format(text, bytes, value, UNIT_BYTES, 2);
	else
		number_format(text, bytes, value, UNIT_RATE, 2);
}

int sweep_crossovers(
	const struct report *report, const struct sweep_set *set, struct crossover *found)
{
	const struct group_rows *groups = report->groups.groups;
	int count = 0;

	for (int i = 0; i + 1 < set->count && count < CROSSOVERS_MAX; i++) {
		const struct group_rows *low = &groups[set->groups[i]];
		const struct group_rows *high = &groups[set->groups[i + 1]];
		if (low->best < 0 || high->best < 0)
			continue;
		const struct row *below = &low->rows[low->best], *above = &high->rows[high->best];
		const struct row *above_low = row_of(low, above->model);
		const struct row *below_high = row_of(high, below->model);
		if (strcmp(below->model, above->model) == 0 || above_low == NULL ||
			below_high == NULL || row_standing(low, above_low) != STANDING_APART ||
			row_standing(high, below_high) != STANDING_APART)
			continue;
		double before = log(leading(low, above_low) / leading(low, below));
		double after = log(leading(high, above) / leading(high, below_high));
		struct crossover *next = &found[count++];
		char about[24];
		*next = (struct crossover){.below = below->model,
			.above = above->model,
			.low = set->values[i],
			.high = set->values[i + 1]};
		next->at = meet((double)next->low, (double)next->high, before, after);
		write_value(about, sizeof(about), sweep_text(high->sample, set->name), next->at);
		snprintf(next->text, sizeof(next->text), "about %s", about);
	}
	return count;
}

static int cpus_of(const struct group_rows *group)
{
	cpu_set_t list;

	return cpu_list_parse(group->sample->place.sut_cpus, &list) == 0 ? CPU_COUNT(&list) : 0;
}

/* The same benchmark, without regard to the CPUs? */
static bool same_but_cpus(
	const struct report *report, const struct group_rows *a, const struct group_rows *b)
{
	struct record moved = *a->sample;

	memcpy(moved.place.sut_cpus, b->sample->place.sut_cpus, sizeof(moved.place.sut_cpus));
	return b->kind == KIND_TIME && same_benchmark(report->session, &moved, b->sample, false);
}

bool scaling_of(const struct report *report, int number, struct scaling *scaling)
{
	const struct group_rows *groups = report->groups.groups, *group = &groups[number];
	const struct group_rows *one = NULL, *on[SCALING_POINTS_MAX] = {NULL};

	*scaling = (struct scaling){.count = 0};
	if (group->facts->load || !group->by_rate)
		return false;
	for (int i = 0; i < report->groups.count && scaling->count < SCALING_POINTS_MAX; i++) {
		int cpus = cpus_of(&groups[i]), at = scaling->count;
		if (!same_but_cpus(report, group, &groups[i]))
			continue;
		if (cpus > cpus_of(group))
			return false;
		if (cpus == 1)
			one = &groups[i];
		if (cpus < 2)
			continue;
		for (; at > 0 && scaling->cpus[at - 1] > cpus; at--) {
			scaling->cpus[at] = scaling->cpus[at - 1];
			on[at] = on[at - 1];
		}
		scaling->cpus[at] = cpus;
		on[at] = &groups[i];
		scaling->count++;
	}
	if (one == NULL || scaling->count == 0)
		return false;
	for (int i = 0; i < group->rows_count && scaling->models < MODELS_SHOWN; i++) {
		const struct row *base = row_of(one, group->rows[i].model);
		int model = scaling->models;
		if (base == NULL || row_of(group, base->model) == NULL)
			continue;
		scaling->names[model] = base->model;
		for (int j = 0; j < scaling->count; j++) {
			const struct row *row = row_of(on[j], base->model);
			scaling->speed_up[model][j] =
				row == NULL ? NAN : row_ratio(row, base, true).middle;
		}
		scaling->models++;
	}
	return scaling->models > 0;
}
