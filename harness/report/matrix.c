/*
 * The matrix: every benchmark of the run against every model.
 */
#include "harness/report/tables.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/report/number.h"

enum { BENCHMARK, CPUS, BEST, LEAD, MATRIX_MODELS_MAX = 40 };

struct matrix_models {
	const char *names[MATRIX_MODELS_MAX];
	int count;
};

/* Models of all time groups, in the order in which rows stand in the largest of them. */
static void collect_models(const struct groups *groups, struct matrix_models *found)
{
	for (int position = 0; models[position].name != NULL; position++) {
		bool seen = false;
		for (int i = 0; i < groups->count; i++)
			for (int j = 0; j < groups->groups[i].rows_count; j++)
				seen = seen || (groups->groups[i].kind == KIND_TIME &&
						       strcmp(groups->groups[i].rows[j].model,
							       models[position].name) == 0);
		if (seen && found->count < MATRIX_MODELS_MAX)
			found->names[found->count++] = models[position].name;
	}
}

static void set_cell(
	struct grid *grid, int at, int column, const struct group_rows *group, const char *model)
{
	char text[NUMBER_MAX];

	for (int i = 0; i < group->rows_count; i++) {
		const struct row *row = &group->rows[i];
		if (strcmp(row->model, model) != 0)
			continue;
		if (row->status != STATUS_OK) {
			grid_set(grid, at, column, "%s", row_verdict(row));
			return;
		}
		number_middle(text, sizeof(text), &row->ratio, UNIT_PLAIN);
		enum standing standing = row_standing(group, row);
		grid_set(grid, at, column, "%s%s", standing_mark(standing),
			standing == STANDING_BEST ? "1" : text);
	}
}

static void set_benchmark(struct grid *grid, int at, const struct report *report,
	const struct group_rows *group, const struct matrix_models *found)
{
	char sweep[120], cpus[48], text[NUMBER_MAX];

	group_sweep(report->session, group, sweep, sizeof(sweep));
	grid_set(grid, at, BENCHMARK, "%s%.80s", group->facts->name, sweep);
	group_cpus(group, cpus, sizeof(cpus));
	grid_set(grid, at, CPUS, "%s", cpus);
	if (group->best >= 0) {
		const struct row *best = &group->rows[group->best];
		number_middle(text, sizeof(text), group->by_rate ? &best->rate : &best->round_ns,
			group->by_rate ? UNIT_RATE : UNIT_DURATION);
		grid_set(grid, at, BEST, "%s%s", text, group->by_rate ? "/s" : "");
	}
	for (int i = 0; i < found->count; i++)
		set_cell(grid, at, LEAD + i, group, found->names[i]);
}

int matrix_write(const struct writer *writer, const struct report *report)
{
	const struct groups *groups = &report->groups;
	struct matrix_models found = {.count = 0};
	struct grid grid;
	int rows = 0, at = 1;

	collect_models(groups, &found);
	for (int i = 0; i < groups->count; i++)
		rows += groups->groups[i].kind == KIND_TIME;
	if (rows == 0)
		return 0;
	int rc = grid_init(&grid, LEAD + found.count, rows, LEAD);
	if (rc == 0) {
		grid_set(&grid, 0, BENCHMARK, "workload");
		grid_set(&grid, 0, CPUS, "placement");
		grid_set(&grid, 0, BEST, "best");
		for (int i = 0; i < found.count; i++)
			grid_set(&grid, 0, LEAD + i, "%s", found.names[i]);
		for (int i = 0; i < groups->count; i++)
			if (groups->groups[i].kind == KIND_TIME)
				set_benchmark(&grid, at++, report, &groups->groups[i], &found);
		write_heading(writer, "Speed of every model relative to the best (1), by workload");
		write_grid(writer, &grid);
		standing_notes(writer, groups->groups, groups->count);
	}
	grid_free(&grid);
	return rc;
}
