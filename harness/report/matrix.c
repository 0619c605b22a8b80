/*
 * The matrix: every benchmark of the run against every model. Where the schedule decides the rate
 * and memory was measured (idle), what differs is memory: a line of its own shows it, and no speed.
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

/* Ours in the order of the table; insertion keeps guests behind them. */
static void sort_ours(struct matrix_models *found)
{
	for (int i = 1; i < found->count; i++)
		for (int j = i; j > 0 && model_find(found->names[j]) != NULL &&
				model_find(found->names[j]) < model_find(found->names[j - 1]);
			j--) {
			const char *earlier = found->names[j - 1];
			found->names[j - 1] = found->names[j];
			found->names[j] = earlier;
		}
}

static bool among(const struct matrix_models *found, const char *name)
{
	for (int i = 0; i < found->count; i++)
		if (strcmp(found->names[i], name) == 0)
			return true;
	return false;
}

/* Models of all time groups, ours in the order of their table, then guests as they come. */
static void collect_models(const struct groups *groups, struct matrix_models *found)
{
	for (int strangers = 0; strangers < 2; strangers++)
		for (int i = 0; i < groups->count; i++)
			for (int j = 0; j < groups->groups[i].rows_count; j++) {
				const char *name = groups->groups[i].rows[j].model;
				if (groups->groups[i].kind == KIND_TIME &&
					(model_find(name) == NULL) == (strangers == 1) &&
					!among(found, name) && found->count < MATRIX_MODELS_MAX)
					found->names[found->count++] = name;
			}
	sort_ours(found);
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
		grid_value(grid, at, column, row->ratio.middle);
		grid_heat(grid, at, column, row->ratio.middle);
	}
}

static double bytes_per_task(const struct row *row)
{
	return row->status == STATUS_OK ? row->user_bytes.middle + row->kernel_bytes.middle : NAN;
}

/* The least memory per task, user and kernel side; NaN where none was measured. */
static double least_bytes(const struct group_rows *group)
{
	double least = NAN;

	for (int i = 0; i < group->rows_count && !group->facts->rate; i++) {
		double bytes = bytes_per_task(&group->rows[i]);
		if (bytes > 0 && !(least <= bytes))
			least = bytes;
	}
	return least;
}

static void set_memory_cell(
	struct grid *grid, int at, int column, const struct group_rows *group, const char *model)
{
	char text[NUMBER_MAX];
	double least = least_bytes(group);

	for (int i = 0; i < group->rows_count; i++) {
		const struct row *row = &group->rows[i];
		if (strcmp(row->model, model) != 0)
			continue;
		double bytes = bytes_per_task(row);
		if (row->status != STATUS_OK) {
			grid_set(grid, at, column, "%s", row_verdict(row));
		} else if (!(bytes > 0)) {
			grid_set(grid, at, column, "n/a");
		} else {
			number_format(text, sizeof(text), bytes / least, UNIT_PLAIN, 2);
			grid_set(grid, at, column, "%s", bytes > least ? text : "1");
			grid_value(grid, at, column, bytes / least);
			grid_heat(grid, at, column, least / bytes);
		}
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
	double least = least_bytes(group);
	if (least > 0) {
		grid_set(grid, at, BENCHMARK, "%s%.80s: memory", group->facts->name, sweep);
		number_format(text, sizeof(text), least, UNIT_BYTES, 2);
		grid_set(grid, at, BEST, "%s/task", text);
		for (int i = 0; i < found->count; i++)
			set_memory_cell(grid, at, LEAD + i, group, found->names[i]);
		return;
	}
	if (group->best >= 0) {
		const struct row *best = &group->rows[group->best];
		number_middle(text, sizeof(text), group->by_rate ? &best->rate : &best->round_ns,
			group->by_rate ? UNIT_RATE : UNIT_DURATION);
		grid_set(grid, at, BEST, "%s%s", text, group->by_rate ? "/s" : "");
	}
	for (int i = 0; i < found->count; i++)
		set_cell(grid, at, LEAD + i, group, found->names[i]);
}

/* A load with phases has figures of its own, and no speed. */
static bool has_line(const struct group_rows *group)
{
	return group->kind == KIND_TIME && (group_course(group) == NULL || least_bytes(group) > 0);
}

int matrix_write(const struct writer *writer, const struct report *report)
{
	const struct groups *groups = &report->groups;
	struct matrix_models found = {.count = 0};
	struct grid grid;
	int rows = 0, at = 1;
	bool memory = false;

	collect_models(groups, &found);
	for (int i = 0; i < groups->count; i++) {
		if (groups->groups[i].kind != KIND_TIME)
			continue;
		rows += has_line(&groups->groups[i]);
		memory = memory || least_bytes(&groups->groups[i]) > 0;
	}
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
			if (has_line(&groups->groups[i]))
				set_benchmark(&grid, at++, report, &groups->groups[i], &found);
		write_heading(writer, "Speed of every model relative to the best (1), by workload");
		write_grid(writer, &grid);
		standing_notes(writer, groups->groups, groups->count);
		if (memory)
			write_note(writer,
				"memory: per waiting task, user and kernel side, relative to the "
				"least (1); more is worse");
	}
	grid_free(&grid);
	return rc;
}
