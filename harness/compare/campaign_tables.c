/*
 * The tables of a campaign.
 */
#include "harness/compare/campaign.h"

#include <math.h>
#include <string.h>

#include "harness/stats/binomial.h"

static const char *const rule_names[RULES] = {"concbench compare", "means apart by 5 % (hyperfine)",
	"Mann-Whitney, p < 0.05 (benchstat)", "beyond 200 % (github-action-benchmark)"};
static const double confidence = 0.95;

enum { RULE, ORDER, ALARMS, AT_MOST, POWER, ALARM_COLUMNS };

static void set_rule(struct grid *grid, int at, const struct false_alarms *alarms, enum rule rule,
	enum layout layout)
{
	int count = alarms->alarms[rule][layout];

	grid_set(grid, at, RULE, "%s", rule_names[rule]);
	grid_set(grid, at, ORDER, "%s", layout == IN_TURNS ? "in turns" : "in blocks");
	grid_set(grid, at, ALARMS, "%d of %d (%.1f %%)", count, alarms->suites,
		100.0 * count / alarms->suites);
	grid_set(grid, at, AT_MOST, "%.1f %%",
		100 * binomial_upper_bound(count, alarms->suites, confidence));
	if (layout == IN_BLOCKS)
		grid_set(grid, at, POWER, "%.0f %%",
			100.0 * alarms->scaled[rule] / fmax(1, alarms->scaled_count));
}

static int write_alarms(const struct writer *writer, const struct false_alarms *alarms)
{
	struct grid grid;
	int at = 1, rc = grid_init(&grid, ALARM_COLUMNS, 2 * RULES, 2);

	if (rc != 0)
		return rc;
	write_heading(writer, "False alarms: two copies of one program");
	grid_set(&grid, 0, RULE, "rule");
	grid_set(&grid, 0, ORDER, "order of the invocations");
	grid_set(&grid, 0, ALARMS, "suites with a false alarm");
	grid_set(&grid, 0, AT_MOST, "at most, 95 %% confidence");
	grid_set(&grid, 0, POWER, "sees a block made 5 %% slower");
	set_rule(&grid, at++, alarms, RULE_OURS, IN_TURNS);
	grid_set(&grid, at, RULE, "%s, all flips of signs", rule_names[RULE_OURS]);
	grid_set(&grid, at, ORDER, "in turns");
	grid_set(&grid, at++, ALARMS, "%.3f %%", 100 * alarms->flips);
	for (int rule = RULE_THRESHOLD; rule < RULES; rule++)
		for (int layout = LAYOUTS - 1; layout >= 0; layout--)
			set_rule(&grid, at++, alarms, (enum rule)rule, (enum layout)layout);
	write_grid(writer, &grid);
	grid_free(&grid);
	write_note(writer,
		"%d suites with %d quads, %.0f s each; %d contaminated, without a verdict",
		alarms->suites, alarms->quads, alarms->seconds / alarms->suites,
		alarms->contaminated);
	return 0;
}

enum {
	INJECTION,
	BENCHMARK,
	TRIALS,
	FOUND,
	OTHERWISE,
	BY_THRESHOLD,
	BY_RANKS,
	BY_DOUBLE,
	INSIDE,
	QUADS,
	SECONDS,
	TRIAL_COLUMNS
};

static void set_trials(struct grid *grid, int at, const struct trials *trials)
{
	int inside = trials->inside[0] + trials->inside[1];
	int intervals = trials->intervals[0] + trials->intervals[1];

	grid_set(grid, at, INJECTION, "%s", trials->injection);
	grid_set(grid, at, BENCHMARK, "%s", trials->benchmark);
	grid_set(grid, at, TRIALS, "%d", trials->trials);
	grid_set(grid, at, FOUND, "%d", trials->regressed);
	grid_set(grid, at, OTHERWISE,
		"%d improved, %d equivalent, %d inconclusive, %d contaminated", trials->improved,
		trials->equivalent, trials->inconclusive, trials->contaminated);
	grid_set(grid, at, BY_THRESHOLD, "%d", trials->found[RULE_THRESHOLD]);
	grid_set(grid, at, BY_RANKS, "%d", trials->found[RULE_RANKS]);
	grid_set(grid, at, BY_DOUBLE, "%d", trials->found[RULE_DOUBLE]);
	if (intervals > 0)
		grid_set(grid, at, INSIDE, "%d of %d (%.1f %%)", inside, intervals,
			100.0 * inside / intervals);
	grid_set(grid, at, QUADS, "%d", trials->quads / (trials->trials > 0 ? trials->trials : 1));
	grid_set(grid, at, SECONDS, "%.0f", trials->seconds_most);
}

/* What is added up over all benchmarks of an injection. */
static void add_up(struct trials *sum, const struct trials *more)
{
	snprintf(sum->injection, sizeof(sum->injection), "%s", more->injection);
	snprintf(sum->benchmark, sizeof(sum->benchmark), "all");
	sum->trials += more->trials;
	sum->contaminated += more->contaminated;
	sum->regressed += more->regressed;
	sum->improved += more->improved;
	sum->equivalent += more->equivalent;
	sum->inconclusive += more->inconclusive;
	for (int rule = 0; rule < RULES; rule++)
		sum->found[rule] += more->found[rule];
	for (int i = 0; i < 2; i++) {
		sum->inside[i] += more->inside[i];
		sum->intervals[i] += more->intervals[i];
	}
	sum->quads += more->quads;
	sum->seconds_most = fmax(sum->seconds_most, more->seconds_most);
}

static int write_trials(const struct writer *writer, const struct campaign *campaign)
{
	static const char *const heads[TRIAL_COLUMNS] = {"injected", "benchmark", "trials",
		"REGRESSED", "else", "means by 5 %", "Mann-Whitney", "200 %",
		"in the 95 % interval", "quads", "at most, s"};
	struct grid grid;
	int at = 1, rc = grid_init(&grid, TRIAL_COLUMNS, 2 * campaign->trials_count, 2);

	if (rc != 0)
		return rc;
	write_heading(writer, "Injected changes");
	for (int i = 0; i < TRIAL_COLUMNS; i++)
		grid_set(&grid, 0, i, "%s", heads[i]);
	for (int i = 0; i < campaign->trials_count; i++) {
		const struct trials *trials = &campaign->trials[i];
		struct trials sum = {.trials = 0};
		int kinds = 0;
		bool last = true;
		set_trials(&grid, at++, trials);
		for (int j = 0; j < campaign->trials_count; j++) {
			if (strcmp(campaign->trials[j].injection, trials->injection) != 0)
				continue;
			add_up(&sum, &campaign->trials[j]);
			last = last && j <= i;
			kinds++;
		}
		if (last && kinds > 1)
			set_trials(&grid, at++, &sum);
	}
	grid.rows = at - 1;
	write_grid(writer, &grid);
	grid_free(&grid);
	return 0;
}

int campaign_write(const struct writer *writer, const struct campaign *campaign)
{
	int rc = 0;

	if (campaign->alarms.suites > 0)
		rc = write_alarms(writer, &campaign->alarms);
	if (rc == 0 && campaign->trials_count > 0)
		rc = write_trials(writer, campaign);
	if (rc == 0 && campaign->alarms.cut > 0)
		write_note(writer, "%d comparisons were cut short and are left out",
			campaign->alarms.cut);
	return rc;
}
