/*
 * Charts of horizontal bars, a bar per model: throughput with intervals, CPU per operation, memory
 * per task by what it is made of.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/chart.h"
#include "harness/report/number.h"
#include "harness/stats/order.h"

enum { WIDTH = 560, BAR_HEIGHT = 30, FRAME_HEIGHT = 64, PARTS = 6 };

/* A unit that makes a duration or a rate a number of few digits. */
struct axis {
	const char *unit;
	double size; /* ns, or per second */
};

static struct axis axis_for(double largest, bool rate)
{
	static const struct axis durations[] = {{"s", 1e9}, {"ms", 1e6}, {"µs", 1e3}, {"ns", 1}};
	static const struct axis rates[] = {{"thousand million operations per second", 1e9},
		{"million operations per second", 1e6}, {"thousand operations per second", 1e3},
		{"operations per second", 1}};
	const struct axis *axes = rate ? rates : durations;
	int i = 0;

	while (axes[i].size > 1 && largest < axes[i].size)
		i++;
	return axes[i];
}

/* Axes of a chart with a bar per row, the first row on top. */
static void write_axes(FILE *script, const char *label, int bars, double largest)
{
	fputs("set xlabel ", script);
	chart_quote(script, label);
	fprintf(script,
		"\nset yrange [%d.5:-0.5]\nset xrange [0:%.9g]\nset format x '%%g'\n"
		"unset grid\nset grid x back lc rgb \"#a0a0a0\" lw 0.4\nset ytics scale 0 (",
		bars - 1, largest);
}

static void write_names(FILE *script, const struct row *const *rows, int count)
{
	for (int i = 0; i < count; i++) {
		fputs(i > 0 ? ", " : "", script);
		chart_quote(script, rows[i]->model);
		fprintf(script, " %d", i);
	}
	fputs(")\n", script);
}

static int rows_with(const struct group_rows *group, const struct row **rows, int room,
	const struct interval *(*of)(const struct group_rows *, const struct row *))
{
	int count = 0;

	for (int i = 0; i < group->rows_count && count < room; i++) {
		const struct interval *interval = of(group, &group->rows[i]);
		if (group->rows[i].status == STATUS_OK && isfinite(interval->middle) &&
			interval->middle > 0)
			rows[count++] = &group->rows[i];
	}
	return count;
}

static const struct interval *leading(const struct group_rows *group, const struct row *row)
{
	return group->by_rate ? &row->rate : &row->round_ns;
}

static const struct interval *cpu(const struct group_rows *group, const struct row *row)
{
	(void)group;
	return &row->cpu_ns;
}

/* Appends "async 186k [154k–200k]; …" to what a screen reader says. */
static void tell(struct chart *chart, const char *model, const char *figure)
{
	size_t end = strlen(chart->text);

	snprintf(chart->text + end, sizeof(chart->text) - end, " %s %s;", model, figure);
}

static void name_chart(struct chart *chart, const struct report *report,
	const struct group_rows *group, const char *what)
{
	char sweep[120], cpus[48];

	group_sweep(report->session, group, sweep, sizeof(sweep));
	group_cpus(group, cpus, sizeof(cpus));
	snprintf(chart->title, sizeof(chart->title), "%s%.60s, %s: %s", group->facts->name, sweep,
		cpus, what);
	snprintf(chart->text, sizeof(chart->text), "Bars. %s:", chart->title);
	chart->width = WIDTH;
}

static double upper(const struct interval *interval)
{
	return interval->n > 1 ? interval->high : interval->middle;
}

int chart_throughput(struct charts *charts, const struct report *report, int number)
{
	const struct group_rows *group = &report->groups.groups[number];
	const struct row *rows[MODELS_SHOWN];
	int count = rows_with(group, rows, MODELS_SHOWN, leading);
	double largest = 0;
	FILE *script;

	if (count < 2)
		return 0;
	for (int i = 0; i < count; i++)
		largest = fmax(largest, upper(leading(group, rows[i])));
	struct axis axis = axis_for(largest, group->by_rate);
	struct chart *chart = chart_begin(charts, "throughput", number, &script);
	if (chart == NULL)
		return -ENOMEM;
	name_chart(chart, report, group,
		group->by_rate ? "operations per second, more is better"
			       : "duration of a round, less is better");
	chart->height = FRAME_HEIGHT + count * BAR_HEIGHT;
	fputs("$bars << END\n", script);
	for (int i = 0; i < count; i++) {
		const struct interval *figure = leading(group, rows[i]);
		char text[NUMBER_MAX];
		number_middle(
			text, sizeof(text), figure, group->by_rate ? UNIT_RATE : UNIT_DURATION);
		tell(chart, rows[i]->model, text);
		fprintf(script, "%d %.9g %.9g %.9g %u \"%s\"\n", i, figure->middle / axis.size,
			(figure->n > 1 ? figure->low : figure->middle) / axis.size,
			upper(figure) / axis.size, chart_colour(rows[i]->model), text);
	}
	fputs("END\n", script);
	write_axes(script, axis.unit, count, 1.25 * largest / axis.size);
	write_names(script, rows, count);
	fputs("plot $bars using 2:1:(0):2:($1-0.34):($1+0.34):5 with boxxyerror lc rgb variable "
	      "notitle, '' using 2:1:3:4 with xerrorbars pt 0 lw 1.2 lc rgb \"#000000\" notitle, "
	      "'' using 4:1:6 with labels left offset 0.6,0 notitle\n",
		script);
	return chart_end(chart, script, 0);
}

/* The model's and the load's, per operation. */
static double both_cpu_ns(const struct group_rows *group, const struct row *row)
{
	double load = group->facts->load ? row->load_cpu_ns.middle : 0;

	return row->cpu_ns.middle + (isfinite(load) ? load : 0);
}

int chart_cpu(struct charts *charts, const struct report *report, int number)
{
	const struct group_rows *group = &report->groups.groups[number];
	const struct row *rows[MODELS_SHOWN];
	int count = rows_with(group, rows, MODELS_SHOWN, cpu);
	double largest = 0;
	FILE *script;

	if (count < 2)
		return 0;
	for (int i = 0; i < count; i++)
		largest = fmax(largest, both_cpu_ns(group, rows[i]));
	struct axis axis = axis_for(largest, false);
	struct chart *chart = chart_begin(charts, "cpu", number, &script);
	if (chart == NULL)
		return -ENOMEM;
	name_chart(chart, report, group,
		group->facts->load ? "CPU time per operation, of the models and (pale) of the load"
				   : "CPU time per operation");
	chart->height = FRAME_HEIGHT + count * BAR_HEIGHT;
	fputs("$bars << END\n", script);
	for (int i = 0; i < count; i++) {
		char text[NUMBER_MAX];
		number_middle(text, sizeof(text), &rows[i]->cpu_ns, UNIT_DURATION);
		tell(chart, rows[i]->model, text);
		fprintf(script, "%d %.9g %.9g %u \"%s\"\n", i, rows[i]->cpu_ns.middle / axis.size,
			both_cpu_ns(group, rows[i]) / axis.size, chart_colour(rows[i]->model),
			text);
	}
	fputs("END\n", script);
	write_axes(script, axis.unit, count, 1.25 * largest / axis.size);
	write_names(script, rows, count);
	fputs("plot $bars using 3:1:2:3:($1-0.34):($1+0.34):4 with boxxyerror lc rgb variable fs "
	      "solid 0.3 notitle, '' using 2:1:(0):2:($1-0.34):($1+0.34):4 with boxxyerror lc rgb "
	      "variable notitle, '' using 3:1:5 with labels left offset 0.6,0 notitle\n",
		script);
	return chart_end(chart, script, 0);
}

/* What a task's memory is made of, bytes per task. */
struct parts {
	double bytes[PARTS];
};

static const char *const part_names[PARTS] = {
	"user side", "page tables", "kernel stacks", "slab", "socket buffers", "other kernel"};
static const unsigned part_colours[PARTS] = {
	0x2f7ed8, 0xe67e22, 0x2e9e5b, 0xb9770e, 0x6a5acd, 0x8a8f98};

static double per_task(int64_t after, int64_t before, double tasks)
{
	return after < before ? 0 : (double)(after - before) / tasks;
}

static void take_apart(const struct record *record, double tasks, double *bytes)
{
	const struct record_memory_point *a = &record->memory.a, *b = &record->memory.b;
	double named = 0;

	bytes[0] = record->memory.user_per_task;
	bytes[1] = per_task(b->page_tables, a->page_tables, tasks);
	bytes[2] = per_task(b->kernel_stacks, a->kernel_stacks, tasks);
	bytes[3] = per_task(b->slab, a->slab, tasks);
	bytes[4] = per_task(b->socket_buffers, a->socket_buffers, tasks);
	for (int i = 1; i < PARTS - 1; i++)
		named += bytes[i];
	/* The parts are read machine-wide, the kernel side in all from the group: where the parts
	   are the more, they are cut to it. */
	double kernel = fmax(record->memory.kernel_per_task, 0);
	for (int i = 1; i < PARTS - 1 && named > kernel; i++)
		bytes[i] *= kernel / named;
	bytes[PARTS - 1] = fmax(kernel - named, 0);
}

/* The medians of a model's parts at its largest size; false where nothing was measured. */
static bool find_parts(const struct report *report, const struct group_rows *group,
	const char *model, struct parts *parts)
{
	double *values[PARTS] = {NULL};
	int64_t largest = 0;
	int count = 0, room = report->session->records_count + 1;
	bool complete = true;

	for (int part = 0; part < PARTS; part++)
		complete = (values[part] = malloc(sizeof(double) * (size_t)room)) && complete;
	for (int i = 0; i < report->session->records_count && complete; i++) {
		const struct record *record = &report->session->records[i];
		double bytes[PARTS];
		if (record->kind != KIND_MEMORY || record->status != STATUS_OK ||
			!record->memory.measured || strcmp(record->model, model) != 0 ||
			!same_benchmark(report->session, record, group->sample, true))
			continue;
		int64_t tasks = record_param_value(record, group->facts->concurrency, 0);
		if (tasks < largest || tasks < 1)
			continue;
		count = tasks > largest ? 0 : count;
		largest = tasks;
		take_apart(record, (double)tasks, bytes);
		for (int part = 0; part < PARTS; part++)
			values[part][count] = bytes[part];
		count++;
	}
	for (int part = 0; part < PARTS; part++) {
		parts->bytes[part] = complete ? order_median_of(values[part], count) : NAN;
		free(values[part]);
	}
	return count > 0 && complete;
}

static int write_memory(struct chart *chart, FILE *script, const struct row *const *rows,
	const struct parts *parts, int count)
{
	double largest = 0;

	fputs("$bars << END\n", script);
	for (int i = 0; i < count; i++) {
		double from = 0;
		char text[NUMBER_MAX];
		for (int part = 0; part < PARTS; part++)
			from += fmax(parts[i].bytes[part], 0);
		number_format(text, sizeof(text), from, UNIT_BYTES, 2);
		tell(chart, rows[i]->model, text);
		largest = fmax(largest, from);
		fprintf(script, "%d %.9g \"%s\"", i, from / 1024, text);
		from = 0;
		for (int part = 0; part < PARTS; part++) {
			double to = from + fmax(parts[i].bytes[part], 0);
			fprintf(script, " %.9g %.9g", from / 1024, to / 1024);
			from = to;
		}
		fputc('\n', script);
	}
	fputs("END\n", script);
	write_axes(script, "KiB per waiting task", count, 1.25 * largest / 1024);
	write_names(script, rows, count);
	fputs("set key tmargin left horizontal samplen 1\n"
	      "plot ",
		script);
	for (int part = 0; part < PARTS; part++)
		fprintf(script,
			"$bars using %d:1:%d:%d:($1-0.34):($1+0.34) with boxxyerror lc rgb "
			"\"#%06x\" title \"%s\", ",
			5 + 2 * part, 4 + 2 * part, 5 + 2 * part, part_colours[part],
			part_names[part]);
	fputs("$bars using 2:1:3 with labels left offset 0.6,0 notitle\n", script);
	return chart_end(chart, script, 0);
}

/* Once for all sizes of a benchmark: at the first group that has it. */
static bool is_first_size(const struct report *report, int number)
{
	const struct group_rows *groups = report->groups.groups;

	for (int i = 0; i < number; i++)
		if (groups[i].kind == KIND_TIME && same_benchmark(report->session, groups[i].sample,
							   groups[number].sample, true))
			return false;
	return true;
}

int chart_memory(struct charts *charts, const struct report *report, int number)
{
	const struct group_rows *group = &report->groups.groups[number];
	const struct row *rows[MODELS_SHOWN];
	struct parts parts[MODELS_SHOWN];
	int count = 0;
	FILE *script;

	for (int i = 0; i < group->rows_count && count < MODELS_SHOWN; i++) {
		const struct row *row = &group->rows[i];
		if (row->status != STATUS_INVALID && row->user_bytes.n > 0 &&
			find_parts(report, group, row->model, &parts[count]))
			rows[count++] = row;
	}
	if (count < 1 || !is_first_size(report, number))
		return 0;
	struct chart *chart = chart_begin(charts, "memory", number, &script);
	if (chart == NULL)
		return -ENOMEM;
	name_chart(chart, report, group, "memory per waiting task, by what holds it");
	chart->height = FRAME_HEIGHT + 30 + count * BAR_HEIGHT;
	return write_memory(chart, script, rows, parts, count);
}
