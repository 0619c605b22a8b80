#include "harness/compare/findings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/compare/calibration.h"
#include "harness/report/number.h"
#include "harness/stats/power.h"

enum { BENCHMARK, METRIC, VERDICT, CHANGE, INTERVAL, BASE, NOISE, SEEN, QUADS, COLUMNS };

/* "+3.2 %", or for differences "+3.2 pt". */
static void format_change(char *text, size_t bytes, double change, bool ratio)
{
	if (!isfinite(change))
		snprintf(text, bytes, "n/a");
	else
		snprintf(text, bytes, "%+.*f %s", fabs(change) < 0.0995 ? 1 : 0, change * 100 + 0.0,
			ratio ? "%" : "pt");
}

static const enum unit units[] = {
	[METRIC_NS] = UNIT_DURATION, [METRIC_BYTES] = UNIT_BYTES, [METRIC_COUNT] = UNIT_PLAIN};

static void set_base(struct grid *grid, int at, const struct compared *benchmark, int metric)
{
	char text[NUMBER_MAX];
	double level = benchmark->level[metric];

	if (benchmark->quads == 0)
		return;
	if (metric_facts[metric].unit == METRIC_SHARE)
		snprintf(text, sizeof(text), "%.1f %%", level * 100);
	else
		number_format(text, sizeof(text), level, units[metric_facts[metric].unit],
			DIGITS_DEFAULT);
	grid_set(grid, at, BASE, "%s", text);
}

static void set_finding(struct grid *grid, int at, const struct compared *benchmark, int metric)
{
	const struct finding *finding = &benchmark->findings[metric];
	char text[NUMBER_MAX], low[NUMBER_MAX], high[NUMBER_MAX];

	grid_set(grid, at, BENCHMARK, "%s", benchmark->name);
	grid_set(grid, at, METRIC, "%s", metric_facts[metric].name);
	set_base(grid, at, benchmark, metric);
	format_change(text, sizeof(text), finding->change.middle, finding->ratio);
	grid_set(grid, at, CHANGE, "%s", text);
	format_change(low, sizeof(low), finding->change.low, finding->ratio);
	format_change(high, sizeof(high), finding->change.high, finding->ratio);
	grid_set(grid, at, INTERVAL, "%s to %s", low, high);
	format_change(text, sizeof(text), finding->sigma, finding->ratio);
	grid_set(grid, at, NOISE, "%s", text[0] == '+' ? text + 1 : text);
	format_change(text, sizeof(text), finding->detectable, finding->ratio);
	grid_set(grid, at, SEEN, "%s", isinf(finding->detectable) ? "nothing" : text);
	grid_set(grid, at, QUADS, "%d", finding->n);
	/* what does not decide stands in parentheses */
	grid_set(
		grid, at, VERDICT, finding->gated ? "%s" : "(%s)", verdict_names[finding->verdict]);
	grid->strong[at] = finding->gated && finding->verdict == VERDICT_REGRESSED;
}

static bool is_shown(const struct compared *benchmark, int metric)
{
	const struct finding *finding = &benchmark->findings[metric];

	return !benchmark->given_up && (finding->gated || finding->shown);
}

static int write_table(const struct writer *writer, const struct comparison *comparison)
{
	static const char *const heads[COLUMNS] = {"benchmark", "metric", "verdict", "change",
		"95 % interval", "base", "noise", "could see", "quads"};
	struct grid grid;
	int rows = 0, at = 1;

	for (int i = 0; i < comparison->count; i++)
		for (int metric = 0; metric < METRICS; metric++)
			rows += is_shown(&comparison->benchmarks[i], metric);
	if (rows == 0)
		return 0;
	int rc = grid_init(&grid, COLUMNS, rows, 3);
	for (int column = 0; column < COLUMNS && rc == 0; column++)
		grid_set(&grid, 0, column, "%s", heads[column]);
	for (int i = 0; i < comparison->count && rc == 0; i++)
		for (int metric = 0; metric < METRICS; metric++)
			if (is_shown(&comparison->benchmarks[i], metric))
				set_finding(&grid, at++, &comparison->benchmarks[i], metric);
	if (rc == 0)
		write_grid(writer, &grid);
	grid_free(&grid);
	return rc;
}

/* What an inconclusive pair could have seen, and what it lacks. */
static void note_inconclusive(
	const struct writer *writer, const struct compared *benchmark, int metric)
{
	const struct finding *finding = &benchmark->findings[metric];
	char seen[NUMBER_MAX], needed[80];

	if (finding->lost > verdict_blind) {
		write_note(writer,
			"%s %s: %.0f %% of the time goes to pauses or to other programs without "
			"any "
			"change: a pause could hide among them",
			benchmark->name, metric_facts[metric].name, finding->lost * 100);
		return;
	}
	format_change(seen, sizeof(seen), finding->detectable, finding->ratio);
	if (isnan(finding->sigma))
		snprintf(needed, sizeof(needed), "their noise is not known yet");
	else if (finding->needed >= POWER_N_MAX)
		snprintf(needed, sizeof(needed), "more than %d quads would be needed", POWER_N_MAX);
	else if (finding->needed > finding->n)
		snprintf(needed, sizeof(needed), "%d quads would be needed, %d were made",
			finding->needed, finding->n);
	else
		snprintf(needed, sizeof(needed), "%d quads were made", finding->n);
	if (isinf(finding->detectable))
		write_note(writer, "%s %s: %d quad%s too few to see any change; %s",
			benchmark->name, metric_facts[metric].name, finding->n,
			finding->n == 1 ? " is" : "s are", needed);
	else
		write_note(writer, "%s %s: could have seen a change of %s or more; for %.3g %s %s",
			benchmark->name, metric_facts[metric].name, seen, finding->target * 100,
			finding->ratio ? "%" : "pt", needed);
}

/* Wall or CPU time that should decide, and that this benchmark does not have. */
static void note_missing(const struct writer *writer, const struct comparison *comparison,
	const struct compared *benchmark)
{
	/* of invocations that weigh, time is not expected */
	if (benchmark->given_up || benchmark->quads == 0 || benchmark->counts[METRIC_MEMORY] > 0)
		return;
	for (int metric = METRIC_WALL; metric <= METRIC_CPU; metric++)
		if (comparison->gates[metric] && benchmark->counts[metric] == 0)
			write_note(writer, "%s %s: not judged, it has none", benchmark->name,
				metric_facts[metric].name);
}

/* What the flagged pairs do when functions are linked in other orders. */
static void note_layouts(const struct writer *writer, const struct compared *benchmark)
{
	for (int metric = 0; metric < METRICS; metric++) {
		const struct finding *finding = &benchmark->findings[metric];
		const double *changes = benchmark->layouts[metric];
		if (benchmark->layouts_count < LAYOUTS_CONFIRMED || !finding->gated ||
			!finding->ratio || isnan(finding->change.middle) ||
			finding->change.middle <= finding->margin)
			continue;
		write_note(writer,
			"%s %s: linked in three other orders %+.1f, %+.1f and %+.1f %%: %s",
			benchmark->name, metric_facts[metric].name, 100 * changes[0],
			100 * changes[1], 100 * changes[2],
			finding->verdict == VERDICT_REGRESSED ? "it stays" : "an effect of layout");
	}
}

/* What this class of machines is known to be able to see. */
static void note_calibration(const struct writer *writer, const struct comparison *comparison)
{
	const struct calibration *calibration = comparison->calibration;
	char text[900] = "", seen[NUMBER_MAX];
	size_t end = 0;

	if (calibration == NULL)
		return;
	for (int i = 0; i < comparison->count && calibration->suites > 0; i++)
		for (int metric = 0; metric < METRICS; metric++) {
			const char *name = comparison->benchmarks[i].name;
			const struct calibrated_pair *pair =
				calibration_find(calibration, name, (enum metric)metric);
			if (pair == NULL || !is_shown(&comparison->benchmarks[i], metric) ||
				end > sizeof(text) - 120)
				continue;
			format_change(
				seen, sizeof(seen), pair->detectable, metric_facts[metric].ratio);
			end += (size_t)snprintf(text + end, sizeof(text) - end, "%s≥ %s in %s",
				end > 0 ? ", " : "", seen + (seen[0] == '+'), pair->name);
		}
	if (end > 0)
		write_note(writer,
			"calibrated on this class of machine (%d suites, %d false alarms): could "
			"have seen %s",
			calibration->suites, calibration->alarms, text);
	else
		write_note(writer, "not calibrated on this class of machine (concbench calibrate): "
				   "noise is known from these quads alone");
}

static void write_notes(const struct writer *writer, const struct comparison *comparison)
{
	for (int i = 0; i < comparison->count; i++) {
		const struct compared *benchmark = &comparison->benchmarks[i];
		const int *dropped = benchmark->dropped;
		if (benchmark->given_up)
			write_note(
				writer, "%s: no verdict: %s", benchmark->name, benchmark->reason);
		if (dropped[0] + dropped[1] > 0)
			write_note(writer,
				"%s: %d quads dropped (%d that began with the base, %d with the "
				"head): more than 10 %% of a CPU was taken from outside",
				benchmark->name, dropped[0] + dropped[1], dropped[0], dropped[1]);
		for (int metric = 0; metric < METRICS; metric++)
			if (is_shown(benchmark, metric) &&
				benchmark->findings[metric].verdict == VERDICT_INCONCLUSIVE)
				note_inconclusive(writer, benchmark, metric);
		note_missing(writer, comparison, benchmark);
	}
	for (int i = 0; i < CANARIES && comparison->contaminated; i++) {
		struct interval change =
			interval_median(comparison->canaries[i].values[METRIC_WALL],
				comparison->canaries[i].counts[METRIC_WALL], 0.995);
		write_note(writer, "canary %s, which no change can touch: %+.1f %% [%+.1f, %+.1f]",
			canary_names[i], 100 * expm1(change.middle), 100 * expm1(change.low),
			100 * expm1(change.high));
	}
	for (int i = 0; i < comparison->count; i++)
		note_layouts(writer, &comparison->benchmarks[i]);
	if (comparison->unsteady)
		write_note(writer, "a canary is more than twice as noisy as calibrated");
	if (comparison->short_of_time)
		write_note(writer, "the budget ended before the plan");
	note_calibration(writer, comparison);
}

static void write_verdict(
	const struct writer *writer, const struct comparison *comparison, bool stopped)
{
	struct comparison_summary summary = comparison_summarize(comparison);
	const char *so_far = stopped ? " so far, interrupted" : "";

	if (comparison->contaminated)
		write_text(writer,
			"CONTAMINATED%s: the machine itself differed between the sides, nothing "
			"can be concluded",
			so_far);
	else
		write_text(writer,
			"%s%s: %d regressed, %d inconclusive, %d equivalent, %d improved, %d "
			"without a verdict",
			summary.regressed > 0                        ? "REGRESSED"
			: summary.failed > 0                         ? "NOT MEASURED"
			: summary.inconclusive > 0                   ? "INCONCLUSIVE"
			: summary.equivalent + summary.improved == 0 ? "NOT MEASURED"
								     : "PASSED",
			so_far, summary.regressed, summary.inconclusive, summary.equivalent,
			summary.improved, summary.failed);
}

int findings_write(const struct writer *writer, const struct comparison *comparison, bool stopped)
{
	int rc = write_table(writer, comparison);

	if (rc == 0) {
		write_notes(writer, comparison);
		write_verdict(writer, comparison, stopped);
	}
	return rc;
}

void findings_csv(const struct comparison *comparison, FILE *out)
{
	fputs("benchmark,metric,quad,value,unit\n", out);
	for (int i = 0; i < comparison->count; i++) {
		const struct compared *benchmark = &comparison->benchmarks[i];
		for (int metric = 0; metric < METRICS; metric++)
			for (int j = 0; j < benchmark->counts[metric]; j++)
				fprintf(out, "\"%s\",%s,%d,%.9g,%s\n", benchmark->name,
					metric_facts[metric].name, j, benchmark->values[metric][j],
					metric_facts[metric].ratio ? "log-ratio" : "difference");
	}
}
