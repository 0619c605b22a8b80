/*
 * Measures claims: pairs of invocations in the order AB BA AB …, the metric's ratio of each pair,
 * the exact interval of their median.
 */
#include "harness/demo/claims.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <string.h>

#include "harness/measure/draft.h"
#include "harness/record_latency.h"
#include "harness/stats/pairs.h"

/* Bytes per task differ by factors: a baseline that stands nearly still is good enough. */
enum { WINDOW_MS = 200, WINDOW_SMOKE_MS = 50, SETTLE_MS = 300, MS = 1000000 };

/* Coverage below which an interval decides nothing: six pairs have 0.969. */
static const double least_coverage = 0.9;

/* NaN below ten samples beyond the percentile. */
static double percentile_ns(const struct record *record, double q)
{
	struct histogram histogram = {{0}};

	if (record_latency_add(record, false, &histogram) != 0 ||
		(double)histogram_count(&histogram) * (1 - q) < 10 - 1e-6)
		return NAN;
	return (double)histogram_quantile_ns(&histogram, q);
}

static double value_of(const struct record *record, enum claim_metric metric)
{
	double operations = (double)record->work.operations, ns = (double)record->window.ns;

	switch (metric) {
	case CLAIM_RATE:
		return operations * 1e9 / ns;
	case CLAIM_CPU:
		return (double)record->window.cpu_ns / operations;
	case CLAIM_BUSY:
		return (double)record->window.cpu_ns / ns;
	case CLAIM_P99:
		return percentile_ns(record, 0.99);
	case CLAIM_P90:
		return percentile_ns(record, 0.9);
	case CLAIM_BYTES:
		return record->memory.user_per_task + record->memory.kernel_per_task;
	default:
		return NAN;
	}
}

static enum unit unit_of(enum claim_metric metric)
{
	static const enum unit units[CLAIM_METRICS] = {[CLAIM_RATE] = UNIT_RATE,
		[CLAIM_CPU] = UNIT_DURATION,
		[CLAIM_BUSY] = UNIT_PLAIN,
		[CLAIM_P99] = UNIT_DURATION,
		[CLAIM_P90] = UNIT_DURATION,
		[CLAIM_BYTES] = UNIT_BYTES};

	return units[metric];
}

/* One invocation of a cell. -EAGAIN with the reason in the result where it was no good. */
static int measure(struct demo_result *result, const struct demo_setting *setting,
	const struct claim_test *test, const struct claim_cell *cell, double *value)
{
	enum claim_metric metric = test->metric;
	enum kind kind = metric == CLAIM_BYTES ? KIND_MEMORY : KIND_TIME;
	struct record record = {0};
	struct plan plan;
	int rc = model_find(cell->model) == NULL ? claim_guest_plan(result, cell, kind, &plan)
						 : draft_plan(&plan, workload_find(cell->workload),
							   cell->model, kind, cell->params);

	if (rc != 0)
		return rc;
	const struct workload *workload = plan.draft.workload;
	int window_ms = test->window_ms > 0 ? test->window_ms : WINDOW_MS;
	plan.draft.window_ns = (uint64_t)(setting->smoke ? WINDOW_SMOKE_MS : window_ms) * MS;
	plan.settle_ns = (uint64_t)SETTLE_MS * MS;
	if (workload->calibrate != NULL) {
		static const struct workload *calibrated;
		static int64_t calibration;
		if (calibrated != workload)
			calibration = workload->calibrate();
		calibrated = workload;
		plan.draft.values[workload->calibrated] = calibration;
	}
	rc = setting->invoke(&plan, &record);
	if (rc == 0 && record.status != STATUS_OK) {
		char reason[DEMO_TEXT_MAX];
		snprintf(reason, sizeof(reason), "%s/%s: %s: %s", cell->workload, cell->model,
			status_names[record.status], record.reason);
		if (record.status == STATUS_LIMIT || record.status == STATUS_IMPOSSIBLE)
			demo_not_here(result, reason);
		else
			demo_undecided(result, reason);
		rc = -EAGAIN;
	}
	if (rc == 0)
		*value = value_of(&record, metric);
	if (rc == 0 && !(*value > 0 && isfinite(*value))) {
		demo_undecided(result, "too few samples for a figure");
		rc = -EAGAIN;
	}
	record_release(&record);
	return rc;
}

/* The values of one side, and of the other where there is one, pair after pair. */
struct sides {
	struct paired a[CLAIM_PAIRS], b[CLAIM_PAIRS];
	double as[CLAIM_PAIRS], bs[CLAIM_PAIRS];
	int pairs;
};

static int measure_pairs(struct demo_result *result, const struct demo_setting *setting,
	const struct claim_test *test, struct sides *sides)
{
	bool both = test->b.workload != NULL;
	int rc = 0;

	sides->pairs = setting->smoke ? CLAIM_PAIRS_SMOKE : CLAIM_PAIRS;
	for (int i = 0; i < sides->pairs && rc == 0; i++) {
		/* AB BA AB …: drift cancels in the ratios */
		for (int turn = 0; turn < 2 && rc == 0; turn++) {
			bool first = (turn == 0) == (i % 2 == 0);
			if (first)
				rc = measure(result, setting, test, &test->a, &sides->as[i]);
			else if (both)
				rc = measure(result, setting, test, &test->b, &sides->bs[i]);
		}
		sides->a[i] = (struct paired){.key = i, .value = sides->as[i]};
		sides->b[i] = (struct paired){.key = i, .value = sides->bs[i]};
	}
	return rc;
}

enum demo_verdict claim_judge(
	const struct interval *interval, enum claim_bound direction, double bound)
{
	double low = interval->low, high = interval->high;

	if (!(interval->coverage >= least_coverage) || !isfinite(low) || !isfinite(high))
		return DEMO_UNDECIDED;
	switch (direction) {
	case AT_MOST:
		return high <= bound ? DEMO_HOLDS : low > bound ? DEMO_FAILS : DEMO_UNDECIDED;
	case WITHIN:
		if (low >= 1 / bound && high <= bound)
			return DEMO_HOLDS;
		return low > bound || high < 1 / bound ? DEMO_FAILS : DEMO_UNDECIDED;
	default:
		return low >= bound ? DEMO_HOLDS : high < bound ? DEMO_FAILS : DEMO_UNDECIDED;
	}
}

static double bound_of(const struct claim_test *test)
{
	cpu_set_t cpus;

	if (test->direction != AT_LEAST_PER_CPU || sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
		return test->bound;
	return test->bound * CPU_COUNT(&cpus);
}

/* The worse of two: one that fails decides, then one that is undecided. */
static enum demo_verdict both(enum demo_verdict a, enum demo_verdict b)
{
	static const enum demo_verdict order[] = {
		DEMO_FAILS, DEMO_NOT_HERE, DEMO_UNDECIDED, DEMO_HOLDS};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a;
}

static size_t append(char text[DEMO_TEXT_MAX], const char *more)
{
	size_t end = strlen(text);

	if (end < DEMO_TEXT_MAX)
		snprintf(text + end, DEMO_TEXT_MAX - end, "%s%s", end > 0 ? "; " : "", more);
	return end;
}

static void tell(struct demo_result *result, const struct claim_test *test,
	const struct sides *sides, const struct interval *interval)
{
	static const char *const words[] = {[AT_LEAST] = ">=",
		[AT_MOST] = "<=",
		[AT_LEAST_PER_CPU] = ">=",
		[WITHIN] = "within"};
	const struct claim_cell *cells[] = {&test->a, &test->b};
	const double *values[] = {sides->as, sides->bs};
	char text[DEMO_TEXT_MAX / 2], figure[NUMBER_MAX];

	for (int i = 0; i < 2 && cells[i]->workload != NULL; i++) {
		struct interval side = interval_median(values[i], sides->pairs, 0.95);
		demo_add(result, DEMO_PLAIN, side.middle, unit_of(test->metric), "%s/%s",
			cells[i]->workload, cells[i]->model);
	}
	if (test->direction == WITHIN)
		snprintf(text, sizeof(text), "%s within %.3g .. %.3g", test->what, 1 / test->bound,
			test->bound);
	else
		snprintf(text, sizeof(text), "%s %s %.4g", test->what, words[test->direction],
			test->b.workload == NULL && unit_of(test->metric) == UNIT_DURATION
				? test->bound / MS
				: bound_of(test));
	append(result->expected, text);
	number_interval(figure, sizeof(figure), interval,
		test->b.workload == NULL ? unit_of(test->metric) : UNIT_PLAIN);
	snprintf(text, sizeof(text), "%s", figure);
	append(result->measured, text);
}

static int run_test(struct demo_result *result, const struct demo_setting *setting,
	const struct claim_test *test, enum demo_verdict *verdict)
{
	struct sides sides = {.pairs = 0};
	int rc = measure_pairs(result, setting, test, &sides);

	if (rc == -EAGAIN) {
		*verdict = both(*verdict, result->verdict);
		return 0;
	}
	if (rc != 0)
		return rc;
	struct interval interval =
		test->b.workload == NULL
			? interval_median(sides.as, sides.pairs, 0.95)
			: pairs_ratio(sides.a, sides.pairs, sides.b, sides.pairs, 0.95);
	tell(result, test, &sides, &interval);
	*verdict = both(*verdict, claim_judge(&interval, test->direction, bound_of(test)));
	return 0;
}

int claim_run_tests(struct demo_result *result, const struct demo_setting *setting,
	const struct claim_test *table)
{
	enum demo_verdict verdict = DEMO_HOLDS;
	int rc = 0, tests = 0;

	for (const struct claim_test *test = table; test->claim != NULL && rc == 0; test++) {
		if (strcmp(test->claim, result->demo->name) != 0)
			continue;
		rc = run_test(result, setting, test, &verdict);
		tests++;
	}
	result->verdict = tests == 0 ? DEMO_UNDECIDED : verdict;
	return rc;
}

int claim_run(struct demo_result *result, const struct demo_setting *setting)
{
	return claim_run_tests(result, setting, claim_tests);
}
