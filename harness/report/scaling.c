/*
 * Scaling: what more CPUs give each model, where a run has measured a benchmark on several numbers
 * of them.
 */
#include "harness/report/tables.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "harness/params.h"
#include "harness/report/number.h"

enum { BENCHMARK, MODEL, CPUS, SPEED_UP, EFFICIENCY, COLUMNS };

static int cpus_of(const struct group_rows *group)
{
	cpu_set_t list;

	return cpu_list_parse(group->sample->place.sut_cpus, &list) == 0 ? CPU_COUNT(&list) : 0;
}

/* The same benchmark on one CPU; NULL if that was not measured. With a load process the CPUs that
   are left for it change too, so there is no such comparison. */
static const struct group_rows *on_one_cpu(
	const struct report *report, const struct group_rows *group)
{
	if (group->kind != KIND_TIME || group->facts->load || !group->by_rate || cpus_of(group) < 2)
		return NULL;
	for (int i = 0; i < report->groups.count; i++) {
		const struct group_rows *other = &report->groups.groups[i];
		struct record moved = *group->sample;

		strcpy(moved.place.sut_cpus, other->sample->place.sut_cpus);
		if (cpus_of(other) == 1 &&
			same_benchmark(report->session, &moved, other->sample, false))
			return other;
	}
	return NULL;
}

static const struct row *row_of(const struct group_rows *group, const char *model)
{
	for (int i = 0; i < group->rows_count; i++)
		if (strcmp(group->rows[i].model, model) == 0)
			return &group->rows[i];
	return NULL;
}

static void set_rows(struct grid *grid, int *at, const struct report *report,
	const struct group_rows *group, const struct group_rows *one)
{
	char sweep[120], text[NUMBER_MAX];

	group_sweep(report->session, group, sweep, sizeof(sweep));
	for (int i = 0; i < group->rows_count; i++) {
		const struct row *row = &group->rows[i], *base = row_of(one, row->model);
		int cpus = cpus_of(group), line = (*at)++;

		grid_set(grid, line, BENCHMARK, "%s%.80s", group->facts->name, sweep);
		grid_set(grid, line, MODEL, "%s", row->model);
		grid_set(grid, line, CPUS, "%d", cpus);
		if (row->status != STATUS_OK || base == NULL || base->status != STATUS_OK) {
			grid_set(grid, line, SPEED_UP, "%s",
				row->status != STATUS_OK ? row_verdict(row) : "n/a");
			continue;
		}
		struct interval ratio = row_ratio(row, base, group->by_rate);
		number_interval(text, sizeof(text), &ratio, UNIT_PLAIN);
		grid_set(grid, line, SPEED_UP, "%s", text);
		grid_value(grid, line, SPEED_UP, ratio.middle);
		if (isfinite(ratio.middle))
			grid_set(grid, line, EFFICIENCY, "%.0f %%", 100 * ratio.middle / cpus);
	}
}

int scaling_write(const struct writer *writer, const struct report *report)
{
	const struct groups *groups = &report->groups;
	struct grid grid;
	int rows = 0, at = 1;

	for (int i = 0; i < groups->count; i++)
		if (on_one_cpu(report, &groups->groups[i]) != NULL)
			rows += groups->groups[i].rows_count;
	if (rows == 0)
		return 0;
	int rc = grid_init(&grid, COLUMNS, rows, MODEL + 1);
	if (rc == 0) {
		grid_set(&grid, 0, BENCHMARK, "workload");
		grid_set(&grid, 0, MODEL, "model");
		grid_set(&grid, 0, CPUS, "CPUs");
		grid_set(&grid, 0, SPEED_UP, "speed-up");
		grid_set(&grid, 0, EFFICIENCY, "efficiency");
		for (int i = 0; i < groups->count; i++) {
			const struct group_rows *one = on_one_cpu(report, &groups->groups[i]);
			if (one != NULL)
				set_rows(&grid, &at, report, &groups->groups[i], one);
		}
		write_heading(writer, "What more CPUs give: the rate over the same model's on one");
		write_grid(writer, &grid);
		write_note(writer, "efficiency is the speed-up over the number of CPUs");
	}
	grid_free(&grid);
	return rc;
}
