/*
 * Where the memory of a task lies: private and shared pages, page tables, kernel stacks, slab,
 * socket buffers, accepted connections, and what the control group counts in all. Each figure is
 * fitted as memory per task is: a slope over the sizes, or the median where there is one size.
 */
#include "harness/report/tables.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/number.h"
#include "harness/stats/fit.h"

static const double confidence = 0.95;

static double private_dirty(const struct record_memory_point *point)
{
	return (double)point->private_dirty;
}

static double private_clean(const struct record_memory_point *point)
{
	return (double)point->private_clean;
}

/* The proportional part of what several processes of the tree have mapped. */
static double shared(const struct record_memory_point *point)
{
	return (double)(point->pss - point->private_clean - point->private_dirty);
}

static double page_tables(const struct record_memory_point *point)
{
	return (double)point->page_tables;
}

static double kernel_stacks(const struct record_memory_point *point)
{
	return (double)point->kernel_stacks;
}

static double slab(const struct record_memory_point *point)
{
	return (double)point->slab;
}

static double socket_buffers(const struct record_memory_point *point)
{
	return (double)point->socket_buffers;
}

static double accepted(const struct record_memory_point *point)
{
	return (double)point->accepted;
}

static double group_kernel(const struct record_memory_point *point)
{
	return point->cgroup_kernel >= 0 ? (double)point->cgroup_kernel : NAN;
}

static double group_all(const struct record_memory_point *point)
{
	return point->cgroup >= 0 ? (double)point->cgroup : NAN;
}

static const char accepted_head[] = "accepted";
static const struct {
	const char *head;
	double (*of)(const struct record_memory_point *point);
} parts[] = {
	{"private dirty", private_dirty},
	{"private clean", private_clean},
	{"shared", shared},
	{"page tables", page_tables},
	{"kernel stacks", kernel_stacks},
	{"slab", slab},
	{"socket buffers", socket_buffers},
	{accepted_head, accepted},
	{"group: kernel", group_kernel},
	{"group: all", group_all},
};
enum { WORKLOAD, MODEL, TASKS, PARTS_AT, PARTS = sizeof(parts) / sizeof(parts[0]) };

/* The invocations of one model, of all sizes of one benchmark. */
struct sizes {
	const struct record **records; /* malloc'd */
	int count, different;
	int64_t least, most;
};

static int64_t tasks_of(const struct group_rows *group, const struct record *record)
{
	return record_param_value(record, group->facts->concurrency, 0);
}

static int add(struct sizes *sizes, const struct group_rows *group, const struct row *row)
{
	size_t room = (size_t)sizes->count + (size_t)row->records_count;
	const struct record **records = realloc(sizes->records, (room + 1) * sizeof(*records));

	if (records == NULL)
		return -ENOMEM;
	sizes->records = records;
	for (int i = 0; i < row->records_count; i++) {
		const struct record *record = row->records[i];
		int64_t tasks = tasks_of(group, record);

		if (record->status != STATUS_OK || row->status != STATUS_OK || tasks <= 0 ||
			!record->memory.measured)
			continue;
		sizes->least = sizes->count == 0 || tasks < sizes->least ? tasks : sizes->least;
		sizes->most = tasks > sizes->most ? tasks : sizes->most;
		records[sizes->count++] = record;
	}
	return 0;
}

static struct interval part_per_task(
	const struct sizes *sizes, const struct group_rows *group, int part)
{
	struct fit_point *points = calloc((size_t)sizes->count + 1, sizeof(*points));
	double *each = calloc((size_t)sizes->count + 1, sizeof(*each));
	struct interval interval = {.n = 0, .middle = NAN};
	int count = 0;

	for (int i = 0; i < sizes->count && points != NULL && each != NULL; i++) {
		const struct record *record = sizes->records[i];
		double tasks = (double)tasks_of(group, record);
		double bytes =
			parts[part].of(&record->memory.b) - parts[part].of(&record->memory.a);

		if (!isfinite(bytes))
			continue;
		each[count] = bytes / tasks;
		points[count++] = (struct fit_point){record->place.block, tasks, bytes};
	}
	if (count > 0 && sizes->least < sizes->most)
		interval = fit_slopes(points, count, confidence);
	else if (count > 0)
		interval = interval_median(each, count, confidence);
	free(points);
	free(each);
	return interval;
}

static void set_line(
	struct grid *grid, int line, const struct group_rows *group, const struct sizes *sizes)
{
	char text[NUMBER_MAX];

	if (sizes->least < sizes->most)
		grid_set(grid, line, TASKS, "%" PRId64 "–%" PRId64, sizes->least, sizes->most);
	else
		grid_set(grid, line, TASKS, "%" PRId64, sizes->least);
	for (int i = 0; i < PARTS; i++) {
		struct interval interval = part_per_task(sizes, group, i);

		/* less than a byte is nothing; a column of nothing falls out */
		if (interval.n == 0 || !(fabs(interval.middle) >= 1))
			continue;
		number_interval(text, sizeof(text), &interval, UNIT_BYTES);
		grid_set(grid, line, PARTS_AT + i, "%s", text);
		grid_value(grid, line, PARTS_AT + i, interval.middle);
	}
}

static const struct row *row_of(const struct group_rows *group, const char *model)
{
	for (int i = 0; i < group->rows_count; i++)
		if (strcmp(group->rows[i].model, model) == 0)
			return &group->rows[i];
	return NULL;
}

/* Is it the first of its benchmark's sizes? They share its lines. */
static bool is_first(const struct report *report, int at)
{
	const struct group_rows *groups = report->groups.groups;

	for (int i = 0; i < at; i++)
		if (groups[i].kind == KIND_MEMORY &&
			same_benchmark(report->session, groups[i].sample, groups[at].sample, true))
			return false;
	return groups[at].kind == KIND_MEMORY;
}

/* The lines of one benchmark, from line *line on; with grid NULL they are only counted. */
static int set_lines(struct grid *grid, int *line, const struct report *report, int at)
{
	const struct group_rows *first = &report->groups.groups[at];
	char sweep[120];
	int rc = 0;

	group_sweep(report->session, first, sweep, sizeof(sweep));
	for (int i = 0; i < first->rows_count && rc == 0; i++) {
		struct sizes sizes = {0};

		for (int j = at; j < report->groups.count && rc == 0; j++) {
			const struct group_rows *other = &report->groups.groups[j];
			const struct row *row = row_of(other, first->rows[i].model);

			if (other->kind == KIND_MEMORY && row != NULL &&
				same_benchmark(report->session, other->sample, first->sample, true))
				rc = add(&sizes, other, row);
		}
		if (rc == 0 && sizes.count > 0) {
			if (grid != NULL) {
				grid_set(grid, *line, WORKLOAD, "%s%.80s", first->facts->name,
					sweep);
				grid_set(grid, *line, MODEL, "%s", first->rows[i].model);
				set_line(grid, *line, first, &sizes);
			}
			(*line)++;
		}
		free(sizes.records);
	}
	return rc;
}

static int set_all(struct grid *grid, int *line, const struct report *report)
{
	int rc = 0;

	for (int i = 0; i < report->groups.count && rc == 0; i++)
		if (is_first(report, i))
			rc = set_lines(grid, line, report, i);
	return rc;
}

static bool has_column(const struct grid *grid, const char *head)
{
	for (int i = 0; i < grid->columns; i++)
		if (strcmp(grid_text(grid, 0, i), head) == 0)
			return true;
	return false;
}

int breakdown_write(const struct writer *writer, const struct report *report)
{
	struct grid grid = {0};
	int lines = 0, line = 1;
	int rc = set_all(NULL, &lines, report);

	if (rc != 0 || lines == 0)
		return rc;
	rc = grid_init(&grid, PARTS_AT + PARTS, lines, MODEL + 1);
	if (rc == 0) {
		grid_set(&grid, 0, WORKLOAD, "workload");
		grid_set(&grid, 0, MODEL, "model");
		grid_set(&grid, 0, TASKS, "tasks");
		for (int i = 0; i < PARTS; i++)
			grid_set(&grid, 0, PARTS_AT + i, "%s", parts[i].head);
		rc = set_all(&grid, &line, report);
	}
	if (rc == 0) {
		grid_squeeze(&grid);
	}
	if (rc == 0 && grid.columns > PARTS_AT) {
		write_heading(writer, "Where the memory of a task lies");
		write_grid(writer, &grid);
		write_note(writer,
			"shared is the proportional part of what several processes have mapped; "
			"private and shared together are user/task");
		write_note(writer,
			"kernel stacks, slab and socket buffers are the whole machine's, "
			"so other programs are in them; a group is the control group of the "
			"tasks alone");
		if (has_column(&grid, accepted_head))
			write_note(writer,
				"accepted are the sockets of the tasks' connections, which the "
				"kernel makes before anybody accepts them and the group lacks; "
				"they are in kernel/task");
	}
	grid_free(&grid);
	return rc;
}
