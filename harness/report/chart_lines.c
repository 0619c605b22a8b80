/*
 * Charts of lines, a line per model: latency by percentile, sweeps with their crossovers, and what
 * more CPUs give.
 */
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "harness/params.h"
#include "harness/report/chart.h"
#include "harness/report/number.h"
#include "harness/report/sweeps.h"

enum { WIDTH = 560, HEIGHT = 320, PER_DECADE = 8, BEYOND = 10, TEXTS = 4 };

static struct chart *begin(struct charts *charts, const struct report *report, int number,
	const char *about, const char *what, FILE **script)
{
	const struct group_rows *group = &report->groups.groups[number];
	char sweep[120], cpus[48];

	struct chart *chart = chart_begin(charts, about, number, script);
	if (chart == NULL)
		return NULL;
	group_sweep(report->session, group, sweep, sizeof(sweep));
	group_cpus(group, cpus, sizeof(cpus));
	/* a chart of a sweep stands for all its sizes */
	snprintf(chart->title, sizeof(chart->title), "%s%.60s, %s: %s", group->facts->name,
		strcmp(about, "sweep") == 0 ? "" : sweep, cpus, what);
	snprintf(chart->text, sizeof(chart->text), "Lines. %s:", chart->title);
	chart->width = WIDTH;
	chart->height = HEIGHT;
	return chart;
}

static void tell(struct chart *chart, const char *model, const char *figure)
{
	size_t end = strlen(chart->text);

	snprintf(chart->text + end, sizeof(chart->text) - end, " %s %s;", model, figure);
}

/* A model's line through a named block of data. */
static void plot_line(FILE *script, bool first, const char *model, const char *block,
	const char *title, bool dashed)
{
	fprintf(script, "%s$%s using 1:2 with %s lc rgb \"#%06x\" lw 1.8 dt %d pt %d ps 0.5 title ",
		first ? "plot " : ", ", block, dashed ? "lines" : "linespoints",
		chart_colour(model), dashed ? 2 : 1, chart_point(model));
	chart_quote(script, title);
}

/* x = 1/(1-q), y in seconds, as far as there are enough samples beyond q; without what is n/a. */
static bool write_quantiles(FILE *script, const char *block, const struct distribution *latencies)
{
	uint64_t samples = histogram_count(latencies->latencies);
	double end = (double)samples / BEYOND;

	if (end < 2)
		return false;
	bool any = false;
	fprintf(script, "$%s << END\n", block);
	for (int i = 0;; i++) {
		double x = fmin(2 * pow(10, (double)i / PER_DECADE), end);
		double ns = distribution_percentile_ns(latencies, 1 - 1 / x);
		if (isnan(ns))
			fputc('\n', script); /* a gap in the line */
		else
			fprintf(script, "%.6g %.6g\n", x, fmax(ns, 1) / 1e9);
		any |= !isnan(ns);
		if (x >= end)
			break;
	}
	fputs("END\n", script);
	return any;
}

/* "1 µs", "10 µs", …: gnuplot has no such letter. */
static void write_durations(FILE *script)
{
	static const char *const units[] = {"ns", "µs", "ms", "s"};
	static const int steps[] = {1, 2, 5, 10, 20, 50, 100, 200, 500};
	double seconds = 1e-9;

	fputs("set ytics (", script);
	for (int i = 0; i < 4; i++, seconds *= 1000)
		for (int j = 0; j < 9; j++)
			fprintf(script, "%s\"%d %s\" %.2e", i + j > 0 ? ", " : "", steps[j],
				units[i], steps[j] * seconds);
	fputs(")\n", script);
}

static void write_latency_axes(FILE *script)
{
	write_durations(script);
	fputs("set logscale xy\nset xlabel \"percentile, on the axis 1/(1-q)\"\n"
	      "set xtics (\"50 %%\" 2, \"90 %%\" 10, "
	      "\"99 %%\" 100, \"99.9 %%\" 1000, \"99.99 %%\" 10000, \"99.999 %%\" 100000, "
	      "\"99.9999 %%\" 1000000)\nset key outside right top\n",
		script);
}

static void tell_percentiles(struct chart *chart, const struct row *row)
{
	char text[2 * NUMBER_MAX], p50[NUMBER_MAX], p99[NUMBER_MAX];

	number_format(p50, sizeof(p50), row->percentiles_ns[P50], UNIT_DURATION, DIGITS_DEFAULT);
	number_format(p99, sizeof(p99), row->percentiles_ns[P99], UNIT_DURATION, DIGITS_DEFAULT);
	snprintf(text, sizeof(text), "p50 %.40s, p99 %.40s", p50, p99);
	tell(chart, row->model, text);
}

/* A row's latencies from the intended start, or those from the actual one, which no lag of ours
   touches. */
static int view_of(const struct row *row, bool corrected, struct row_latencies *latencies)
{
	if (corrected == row->corrected)
		return row_latencies(row, latencies);
	latencies->told =
		(struct distribution){.latencies = &latencies->merged, .max_ns = UINT64_MAX};
	return row_histogram(row, LATENCY_CLOSED, &latencies->merged);
}

/* The data of every row, then the lines; corrected whole, uncorrected dashed. */
static int write_latency(struct chart *chart, FILE *script, const struct group_rows *group,
	struct row_latencies *latencies)
{
	int rc = 0;
	bool drawn[MODELS_SHOWN][2] = {{false}}, first = true;
	char block[24], title[80];

	for (int i = 0; i < group->rows_count && i < MODELS_SHOWN; i++) {
		const struct row *row = &group->rows[i];
		if (row->status != STATUS_OK || row->samples == 0)
			continue;
		tell_percentiles(chart, row);
		for (int corrected = 0; corrected <= row->corrected; corrected++) {
			snprintf(block, sizeof(block), "d%d_%d", i, corrected);
			rc = view_of(row, corrected, latencies);
			if (rc != 0)
				return rc;
			drawn[i][corrected] = write_quantiles(script, block, &latencies->told);
		}
	}
	write_latency_axes(script);
	for (int i = 0; i < group->rows_count && i < MODELS_SHOWN; i++) {
		const struct row *row = &group->rows[i];
		for (int corrected = 0; corrected < 2; corrected++) {
			if (!drawn[i][corrected])
				continue;
			bool dashed = row->corrected && corrected == 0;
			snprintf(block, sizeof(block), "d%d_%d", i, corrected);
			snprintf(title, sizeof(title), "%s%s", row->model,
				dashed ? ", from the actual start" : "");
			plot_line(script, first, row->model, block, title, dashed);
			first = false;
		}
	}
	fputs(first ? "plot NaN notitle\n" : "\n", script);
	return rc;
}

int chart_latency(struct charts *charts, const struct report *report, int number)
{
	const struct group_rows *group = &report->groups.groups[number];
	struct row_latencies *latencies;
	int lines = 0;
	FILE *script;

	for (int i = 0; i < group->rows_count; i++)
		lines += group->rows[i].status == STATUS_OK && group->rows[i].samples > 2 * BEYOND;
	if (!group->facts->latency || lines == 0)
		return 0;
	struct chart *chart =
		begin(charts, report, number, "latency", "latency by percentile", &script);
	if (chart == NULL)
		return -ENOMEM;
	latencies = malloc(sizeof(*latencies));
	int rc = latencies == NULL ? -ENOMEM : write_latency(chart, script, group, latencies);
	free(latencies);
	return chart_end(chart, script, rc);
}

static const struct row *row_of(const struct group_rows *group, const char *model)
{
	for (int i = 0; i < group->rows_count; i++)
		if (strcmp(group->rows[i].model, model) == 0)
			return &group->rows[i];
	return NULL;
}

static double leading(const struct group_rows *group, const struct row *row)
{
	if (row == NULL || row->status != STATUS_OK)
		return NAN;
	return group->by_rate ? row->rate.middle : row->round_ns.middle / 1e9;
}

/* The texts of the values on the axis, at most some ten of them. */
static void write_sweep_axes(
	FILE *script, const struct report *report, const struct sweep_set *set, bool by_rate)
{
	const struct group_rows *groups = report->groups.groups;
	int step = 1 + (set->count - 1) / 10;

	fprintf(script, "set xlabel ");
	chart_quote(script, set->name);
	fprintf(script, "\nset logscale y\n%s",
		set->values[0] > 0 && set->values[set->count - 1] >= 8 * set->values[0]
			? "set logscale x\n"
			: "");
	if (by_rate)
		fputs("set format y \"%.0s%c\"\n", script);
	else
		write_durations(script);
	fputs("set xtics (", script);
	for (int i = 0; i < set->count; i += step) {
		fputs(i > 0 ? ", " : "", script);
		chart_quote(script, sweep_text(groups[set->groups[i]].sample, set->name));
		fprintf(script, " %lld", (long long)set->values[i]);
	}
	fputs(")\nset key outside right top\n", script);
}

static void write_crossovers(
	struct chart *chart, FILE *script, const struct report *report, const struct sweep_set *set)
{
	struct crossover found[CROSSOVERS_MAX];
	int count = sweep_crossovers(report, set, found);

	for (int i = 0; i < count; i++) {
		char text[160];
		fprintf(script,
			"set arrow from %.9g, graph 0 to %.9g, graph 1 nohead dt 3 lw 0.8 lc rgb "
			"\"#000000\"\nset label ",
			found[i].at, found[i].at);
		snprintf(text, sizeof(text), "%s → %s", found[i].below, found[i].above);
		chart_quote(script, text);
		fprintf(script, " at %.9g, graph %.2f left offset 0.3,0 font \",10\"\n",
			found[i].at, 0.06 + 0.07 * (i % TEXTS));
		snprintf(text, sizeof(text), "overtakes %s at %s = %s", found[i].below, set->name,
			found[i].text);
		tell(chart, found[i].above, text);
	}
}

static void write_sweep_lines(
	FILE *script, const struct report *report, const struct sweep_set *set)
{
	const struct group_rows *groups = report->groups.groups;
	const struct group_rows *first_group = &groups[set->groups[0]];
	bool first = true;
	char block[24];

	for (int i = 0; i < first_group->rows_count && i < MODELS_SHOWN; i++) {
		fprintf(script, "$m%d << END\n", i);
		for (int j = 0; j < set->count; j++) {
			const struct group_rows *group = &groups[set->groups[j]];
			double y = leading(group, row_of(group, first_group->rows[i].model));
			if (isfinite(y) && y > 0)
				fprintf(script, "%lld %.9g\n", (long long)set->values[j], y);
			else
				fputs("? ?\n", script);
		}
		fputs("END\n", script);
	}
	for (int i = 0; i < first_group->rows_count && i < MODELS_SHOWN; i++) {
		snprintf(block, sizeof(block), "m%d", i);
		plot_line(script, first, first_group->rows[i].model, block,
			first_group->rows[i].model, false);
		first = false;
	}
	fputc('\n', script);
}

int chart_sweep(struct charts *charts, const struct report *report, int number)
{
	struct sweep_set set;
	FILE *script;

	if (!sweep_set_of(report, number, &set) || set.groups[0] != number)
		return 0;
	const struct group_rows *group = &report->groups.groups[number];
	struct chart *chart = begin(charts, report, number, "sweep",
		group->by_rate ? "operations per second" : "duration of a round", &script);
	if (chart == NULL)
		return -ENOMEM;
	write_sweep_axes(script, report, &set, group->by_rate);
	write_crossovers(chart, script, report, &set);
	write_sweep_lines(script, report, &set);
	return chart_end(chart, script, 0);
}

int chart_scaling(struct charts *charts, const struct report *report, int number)
{
	struct scaling scaling;
	FILE *script;
	bool first = true;

	if (!scaling_of(report, number, &scaling))
		return 0;
	struct chart *chart =
		begin(charts, report, number, "speed-up", "speed-up over one CPU", &script);
	if (chart == NULL)
		return -ENOMEM;
	for (int i = 0; i < scaling.models; i++) {
		char text[NUMBER_MAX];
		fprintf(script, "$m%d << END\n1 1\n", i);
		for (int j = 0; j < scaling.count; j++)
			if (isfinite(scaling.speed_up[i][j]))
				fprintf(script, "%d %.6g\n", scaling.cpus[j],
					scaling.speed_up[i][j]);
		fputs("END\n", script);
		number_format(
			text, sizeof(text), scaling.speed_up[i][scaling.count - 1], UNIT_PLAIN, 2);
		tell(chart, scaling.names[i], text);
	}
	int most = scaling.cpus[scaling.count - 1];
	fprintf(script,
		"set xlabel \"CPUs\"\nset ylabel \"times the rate on one\"\nset xrange [1:%d.1]\n"
		"set yrange [0:*]\nset xtics 1\nset key outside right top\n",
		most);
	for (int i = 0; i < scaling.models; i++) {
		char block[24];
		snprintf(block, sizeof(block), "m%d", i);
		plot_line(script, first, scaling.names[i], block, scaling.names[i], false);
		first = false;
	}
	fprintf(script, ", x with lines dt 3 lw 0.8 lc rgb \"#000000\" title \"ideal\"\n");
	return chart_end(chart, script, 0);
}
