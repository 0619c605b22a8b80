#include "harness/compare/campaign.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stats/binomial.h"
#include "harness/stats/order.h"
#include "harness/stats/power.h"
#include "harness/stats/rank.h"

enum { JUDGED = 3, EXACT_FLIPS_MAX = 20 };

static const enum metric judged_metrics[JUDGED] = {METRIC_WALL, METRIC_CPU, METRIC_STALL};
static const int judged_logged[JUDGED] = {LOGGED_WALL, LOGGED_CPU, LOGGED_STALL};

/* The thresholds of the other rules, and what a block is slowed down by on paper. */
static const double threshold = 1.05, significance = 0.05, doubled = 2, slowed = 1.05;

/* One benchmark of one comparison. */
struct view {
	const char *name;
	double share;
	double values[JUDGED][POWER_N_MAX]; /* one per quad */
	int counts[JUDGED];
	double sides[ARMS][2 * POWER_N_MAX]; /* totals, in turns */
	double times[QUAD * POWER_N_MAX];    /* totals, in the order of time */
	double lost[POWER_N_MAX];            /* the base's stalls, one per quad */
	int quads;
	struct finding findings[JUDGED];
};

/* A complete comparison: rows from .. to, of which the last is its end. */
struct suite {
	const struct quad_row *rows;
	int count;
	struct view *views;
	int views_count;
};

/* Is it known by how much the pair was changed? */
static bool has_interval(const struct suite *suite, const struct view *view, int i)
{
	const char *injection = suite->rows[0].injection;

	return view->findings[i].ratio && view->counts[i] > 0 &&
	       injection[strlen(injection) - 1] == '%';
}

static struct view *view_of(struct suite *suite, const struct quad_row *row)
{
	for (int i = 0; i < suite->views_count; i++)
		if (strcmp(suite->views[i].name, row->benchmark) == 0)
			return &suite->views[i];
	struct view *view = &suite->views[suite->views_count];
	if (suite->views_count == COMPARED_MAX)
		return NULL;
	suite->views_count++;
	memset(view, 0, sizeof(*view));
	view->name = row->benchmark;
	view->share = row->share;
	return view;
}

static void take_row(struct view *view, const struct quad_row *row)
{
	int order = row->first == ARM_HEAD;

	if (view == NULL || view->quads == POWER_N_MAX)
		return;
	for (int i = 0; i < JUDGED; i++) {
		bool ratio = metric_facts[judged_metrics[i]].ratio;
		double value = quad_of(row->values[judged_logged[i]], order, ratio);
		/* as quad_value: by chunks or, where there are none, by the window */
		if (isnan(value) && i == LOGGED_WALL)
			value = quad_of(row->values[LOGGED_TOTAL], order, ratio);
		if (!isnan(value))
			view->values[i][view->counts[i]++] = value;
	}
	const double *totals = row->values[LOGGED_TOTAL];
	view->lost[view->quads] = quad_base(row->values[LOGGED_STALL], order);
	int at[ARMS] = {2 * view->quads, 2 * view->quads};
	for (int i = 0; i < QUAD; i++) {
		view->times[QUAD * view->quads + i] = totals[i];
		view->sides[quad_orders[order][i]][at[quad_orders[order][i]]++] = totals[i];
	}
	view->quads++;
}

static bool is_free(const char *name)
{
	size_t bytes = strlen(name), suffix = strlen(compared_free_suffix);

	return bytes > suffix && strcmp(name + bytes - suffix, compared_free_suffix) == 0;
}

static int judge(struct suite *suite)
{
	struct finding *all = calloc(COMPARED_MAX * JUDGED, sizeof(*all));

	if (all == NULL)
		return -ENOMEM;
	for (int i = 0; i < suite->views_count; i++)
		for (int j = 0; j < JUDGED; j++) {
			const struct metric_facts *facts = &metric_facts[judged_metrics[j]];
			const struct view *view = &suite->views[i];
			bool wide = facts->ratio && is_free(view->name);
			all[i * JUDGED + j] = (struct finding){.values = view->values[j],
				.n = view->counts[j],
				.ratio = facts->ratio,
				.gated = view->counts[j] > 0,
				.lost = facts->ratio ? 0 : order_median_of(view->lost, view->quads),
				.margin = wide ? compared_free_margin : facts->margin,
				.target = wide ? compared_free_target : facts->target};
		}
	int rc = verdict_judge(all, suite->views_count * JUDGED);
	for (int i = 0; i < suite->views_count && rc == 0; i++)
		memcpy(suite->views[i].findings, &all[i * JUDGED],
			sizeof(suite->views[i].findings));
	free(all);
	return rc;
}

static double mean(const double *values, int n)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += values[i];
	return sum / n;
}

/* Does a rule of the others say that b is slower than a? */
static bool flags(enum rule rule, const double *a, const double *b, int n)
{
	double ratio = n > 0 ? mean(b, n) / mean(a, n) : NAN;

	/* what has no duration is no alarm: comparisons with NaN are false */
	if (rule == RULE_RANKS)
		return ratio > 1 && rank_sum_test(a, n, b, n) < significance;
	return ratio > (rule == RULE_THRESHOLD ? threshold : doubled);
}

double campaign_flips(const struct finding *findings, int count, double alpha)
{
	unsigned long above[JUDGED] = {0}, below[JUDGED] = {0};
	int critical[JUDGED] = {0}, n = 0;
	long alarms = 0;
	double bound = 0;

	for (int i = 0; i < count; i++) {
		const struct finding *finding = &findings[i];
		double margin = finding->ratio ? log1p(finding->margin) : finding->margin;
		int reach = 0;
		n = finding->n > n ? finding->n : n;
		critical[i] = power_critical(finding->n, alpha);
		for (int j = 0; j < finding->n; j++) {
			reach += fabs(finding->values[j]) > margin;
			if (j < EXACT_FLIPS_MAX) {
				above[i] |= (unsigned long)(finding->values[j] > margin) << j;
				below[i] |= (unsigned long)(-finding->values[j] > margin) << j;
			}
		}
		bound += binomial_at_least(critical[i], reach, 0.5);
	}
	if (n > EXACT_FLIPS_MAX)
		return fmin(bound, 1);
	for (unsigned long flipped = 0; flipped < 1ul << n; flipped++) {
		bool alarm = false;
		for (int i = 0; i < count; i++)
			alarm = alarm || __builtin_popcountl((above[i] & ~flipped) |
							     (below[i] & flipped)) >= critical[i];
		alarms += alarm;
	}
	return (double)alarms / (double)(1ul << n);
}

static double flips(const struct suite *suite)
{
	int tests = 0;
	double quiet = 1;

	for (int i = 0; i < suite->views_count; i++)
		for (int j = 0; j < JUDGED; j++)
			tests += suite->views[i].findings[j].gated;
	/* benchmarks toss their coins apart; Holm rejects anything only if the least p, times all
	   tests, is small enough */
	for (int i = 0; i < suite->views_count; i++)
		quiet *=
			1 - campaign_flips(suite->views[i].findings, JUDGED, verdict_alpha / tests);
	return 1 - quiet;
}

static bool is_contaminated(const struct suite *suite)
{
	return strcmp(suite->rows[suite->count - 1].state, "contaminated") == 0;
}

static bool has_verdict(const struct view *view, enum verdict verdict)
{
	for (int i = 0; i < JUDGED; i++)
		if (view->findings[i].gated && view->findings[i].verdict == verdict)
			return true;
	return false;
}

/* The other rules on one benchmark of copies. */
static void try_others(
	const struct view *view, bool alarms[RULES][LAYOUTS], struct false_alarms *into)
{
	int half = QUAD * view->quads / 2;
	double *slow = calloc((size_t)half + 1, sizeof(*slow));

	for (int i = 0; i < half && slow != NULL; i++)
		slow[i] = slowed * view->times[half + i];
	for (int rule = RULE_THRESHOLD; rule < RULES && slow != NULL; rule++) {
		alarms[rule][IN_TURNS] |= flags((enum rule)rule, view->sides[ARM_BASE],
			view->sides[ARM_HEAD], 2 * view->quads);
		alarms[rule][IN_BLOCKS] |=
			flags((enum rule)rule, view->times, &view->times[half], half);
		into->scaled[rule] += flags((enum rule)rule, view->times, slow, half);
	}
	into->scaled_count += slow != NULL;
	free(slow);
}

static void take_copies(struct false_alarms *into, const struct suite *suite)
{
	bool alarms[RULES][LAYOUTS] = {{false}};

	for (int i = 0; i < suite->views_count; i++) {
		alarms[RULE_OURS][IN_TURNS] |=
			has_verdict(&suite->views[i], VERDICT_REGRESSED) && !is_contaminated(suite);
		try_others(&suite->views[i], alarms, into);
		into->quads += suite->views[i].quads;
	}
	for (int rule = 0; rule < RULES; rule++)
		for (int layout = 0; layout < LAYOUTS; layout++)
			into->alarms[rule][layout] += alarms[rule][layout];
	into->suites++;
	into->contaminated += is_contaminated(suite);
	into->flips += flips(suite);
	into->seconds += suite->rows[suite->count - 1].values[LOGGED_WALL][0];
}

static struct trials *trials_of(
	struct campaign *campaign, const struct suite *suite, const struct view *view)
{
	const char *injection = suite->rows[0].injection;

	for (int i = 0; i < campaign->trials_count; i++)
		if (strcmp(campaign->trials[i].injection, injection) == 0 &&
			strcmp(campaign->trials[i].benchmark, view->name) == 0)
			return &campaign->trials[i];
	if (campaign->trials_count == TRIAL_KINDS_MAX)
		return NULL;
	struct trials *trials = &campaign->trials[campaign->trials_count++];
	snprintf(trials->injection, sizeof(trials->injection), "%s", injection);
	snprintf(trials->benchmark, sizeof(trials->benchmark), "%s", view->name);
	return trials;
}

static int take_trial(struct campaign *campaign, const struct suite *suite, const struct view *view)
{
	struct trials *trials = trials_of(campaign, suite, view);
	double seconds = suite->rows[suite->count - 1].values[LOGGED_WALL][0];

	if (trials == NULL)
		return -E2BIG;
	trials->trials++;
	/* no verdict at all */
	if (is_contaminated(suite))
		trials->contaminated++;
	else if (has_verdict(view, VERDICT_REGRESSED))
		trials->regressed++;
	else if (has_verdict(view, VERDICT_INCONCLUSIVE) && !has_verdict(view, VERDICT_IMPROVED))
		trials->inconclusive++;
	else if (has_verdict(view, VERDICT_IMPROVED))
		trials->improved++;
	else
		trials->equivalent++;
	trials->found[RULE_OURS] = trials->regressed;
	for (int rule = RULE_THRESHOLD; rule < RULES; rule++)
		trials->found[rule] += flags((enum rule)rule, view->sides[ARM_BASE],
			view->sides[ARM_HEAD], 2 * view->quads);
	for (int i = 0; i < 2; i++) {
		trials->intervals[i] += has_interval(suite, view, i);
		trials->inside[i] += has_interval(suite, view, i) &&
				     interval_contains(&view->findings[i].change, view->share);
	}
	trials->seconds_most = fmax(trials->seconds_most, seconds);
	trials->quads += view->quads;
	return 0;
}

static int take_suite(struct campaign *campaign, struct suite *suite)
{
	int rc = 0;

	suite->views_count = 0;
	for (int i = 0; i < suite->count - 1; i++) {
		const struct quad_row *row = &suite->rows[i];
		if (strcmp(row->state, "kept") == 0 &&
			strncmp(row->benchmark, quadlog_canary, strlen(quadlog_canary)) != 0)
			take_row(view_of(suite, row), row);
	}
	rc = judge(suite);
	if (rc == 0 && strcmp(suite->rows[0].injection, "none") == 0)
		take_copies(&campaign->alarms, suite);
	else
		for (int i = 0; i < suite->views_count && rc == 0; i++)
			rc = take_trial(campaign, suite, &suite->views[i]);
	return rc;
}

/* The same number, or none in both. */
static bool is_same(double a, double b)
{
	return !(a < b) && !(a > b) && isnan(a) == isnan(b);
}

static bool is_copy(const struct quad_row *a, const struct quad_row *b)
{
	if (a->suite != b->suite || a->quad != b->quad || a->first != b->first ||
		!is_same(a->share, b->share) || strcmp(a->injection, b->injection) != 0 ||
		strcmp(a->benchmark, b->benchmark) != 0 || strcmp(a->state, b->state) != 0)
		return false;
	for (int metric = 0; metric < LOGGED; metric++)
		for (int i = 0; i < QUAD; i++)
			if (!is_same(a->values[metric][i], b->values[metric][i]))
				return false;
	return true;
}

/* Is the row among those before it? A seed alone may be drawn twice, figures are not. */
static bool is_there_before(const struct quad_row *rows, int at)
{
	for (int i = 0; i < at; i++)
		if (is_copy(&rows[i], &rows[at]))
			return true;
	return false;
}

int campaign_evaluate(struct campaign *campaign, const struct quad_row *rows, int count)
{
	struct suite suite = {.views = calloc(COMPARED_MAX, sizeof(struct view))};
	int rc = suite.views == NULL ? -ENOMEM : 0;

	memset(campaign, 0, sizeof(*campaign));
	for (int from = 0, to; from < count && rc == 0; from = to) {
		bool ended = false;
		for (to = from; to < count && !ended && rows[to].suite == rows[from].suite; to++)
			ended = strcmp(rows[to].benchmark, quadlog_end) == 0;
		suite.rows = &rows[from];
		suite.count = to - from;
		if (is_there_before(rows, from))
			rc = -EEXIST;
		else if (ended && suite.count > 1)
			rc = take_suite(campaign, &suite);
		else
			campaign->alarms.cut++;
	}
	if (campaign->alarms.suites > 0)
		campaign->alarms.flips /= campaign->alarms.suites;
	free(suite.views);
	return rc;
}
