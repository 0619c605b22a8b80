/*
 * The cells of a claim: which they are, and one invocation of each per round. What several tests
 * need is measured once, so that rate, CPU time and latency are of the same invocations.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/demo/claims.h"
#include "harness/measure/draft.h"
#include "harness/record_latency.h"

/* Bytes per task differ by factors: a baseline that stands nearly still is good enough. */
enum { WINDOW_MS = 100, WINDOW_SMOKE_MS = 50, SETTLE_MS = 100, MS = 1000000 };
enum { TRIES = 2 }; /* of an invocation that was disturbed */

static enum claim_need need_of(enum claim_metric metric)
{
	static const enum claim_need needs[CLAIM_METRICS] = {
		[CLAIM_TASKS] = NEED_COUNT, [CLAIM_PEAK] = NEED_PEAK, [CLAIM_BYTES] = NEED_BYTES};

	return needs[metric];
}

static bool is_same(const struct claim_cell *a, const struct claim_cell *b)
{
	if (strcmp(a->workload, b->workload) != 0 || strcmp(a->model, b->model) != 0)
		return false;
	for (int i = 0;; i++) {
		if (a->params[i] == NULL || b->params[i] == NULL)
			return a->params[i] == b->params[i];
		if (strcmp(a->params[i], b->params[i]) != 0)
			return false;
	}
}

static int find(
	const struct claim_cells *cells, const struct claim_cell *cell, enum claim_metric metric)
{
	int i = 0;

	while (i < cells->count &&
		(cells->needs[i] != need_of(metric) || !is_same(cells->cells[i], cell)))
		i++;
	return i;
}

static void add(struct claim_cells *cells, const struct claim_cell *cell, enum claim_metric metric)
{
	int i = cell->workload == NULL ? -1 : find(cells, cell, metric);

	if (i != cells->count || cells->count == CLAIM_CELLS_MAX)
		return;
	cells->cells[i] = cell;
	cells->needs[i] = need_of(metric);
	cells->count++;
}

void claim_cells_of(struct claim_cells *cells, const struct claim_test *tests, const char *claim)
{
	*cells = (struct claim_cells){.tests = tests};
	for (const struct claim_test *test = tests; test->claim != NULL; test++) {
		if (strcmp(test->claim, claim) != 0)
			continue;
		add(cells, &test->a, test->metric);
		add(cells, &test->b, test->metric);
	}
}

int claim_cell_index(
	const struct claim_cells *cells, const struct claim_cell *cell, enum claim_metric metric)
{
	return find(cells, cell, metric);
}

void claim_cell_text(const struct claim_cell *cell, char *text, size_t bytes)
{
	size_t end = (size_t)snprintf(text, bytes, "%s/%s", cell->workload, cell->model);

	for (int i = 0; cell->params[i] != NULL && end < bytes; i++)
		end += (size_t)snprintf(text + end, bytes - end, " %s", cell->params[i]);
}

static const struct workload *find_workload(const char *name)
{
	for (int i = 0; demo_workloads[i] != NULL; i++)
		if (strcmp(demo_workloads[i]->name, name) == 0)
			return demo_workloads[i];
	return workload_find(name);
}

/* Once per workload and process: all models are to compute the same. */
static int64_t calibration_of(const struct workload *workload)
{
	static const struct workload *calibrated;
	static int64_t calibration;

	if (calibrated != workload)
		calibration = workload->calibrate();
	calibrated = workload;
	return calibration;
}

int claim_cell_plan(struct plan *plan, struct demo_result *result, const struct claim_cell *cell,
	enum claim_need need, bool smoke)
{
	enum kind kind = need >= NEED_PEAK ? KIND_MEMORY : KIND_TIME;
	int window_ms = smoke ? WINDOW_SMOKE_MS : cell->window_ms > 0 ? cell->window_ms : WINDOW_MS;
	int rc = model_find(cell->model) == NULL ? claim_guest_plan(result, cell, kind, plan)
						 : draft_plan(plan, find_workload(cell->workload),
							   cell->model, kind, cell->params);

	if (rc != 0)
		return rc;
	plan->draft.window_ns = (uint64_t)window_ms * MS;
	plan->settle_ns = need == NEED_BYTES ? (uint64_t)SETTLE_MS * MS : 0;
	return 0;
}

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
	case CLAIM_TASKS:
		return (double)record->work.tasks;
	case CLAIM_BYTES:
		return record->memory.user_per_task + record->memory.kernel_per_task;
	case CLAIM_PEAK:
		return (double)record->memory.peak;
	default:
		return NAN;
	}
}

static void keep(struct claim_cells *cells, int cell, const struct record *record)
{
	for (int metric = 0; metric < CLAIM_METRICS; metric++) {
		double value = value_of(record, (enum claim_metric)metric);
		double *values = cells->values[cell][metric];
		values[cells->rounds] = value > 0 && isfinite(value) ? value : NAN;
	}
}

/* What an invocation that does not count says about the claim. */
static void refuse(
	struct demo_result *result, const struct claim_cell *cell, const struct record *record)
{
	char reason[DEMO_TEXT_MAX];

	snprintf(reason, sizeof(reason), "%s/%s: %s: %s", cell->workload, cell->model,
		status_names[record->status], record->reason);
	if (record->status == STATUS_LIMIT || record->status == STATUS_IMPOSSIBLE)
		demo_not_here(result, reason);
	else
		demo_undecided(result, reason);
}

static int measure(struct claim_cells *cells, int cell, struct demo_result *result,
	const struct demo_setting *setting)
{
	struct plan plan;
	int rc = claim_cell_plan(
		&plan, result, cells->cells[cell], cells->needs[cell], setting->smoke);

	if (rc != 0)
		return rc;
	const struct workload *workload = plan.draft.workload;
	if (workload->calibrate != NULL)
		plan.draft.values[workload->calibrated] = calibration_of(workload);
	for (int i = 1; rc == 0; i++) {
		struct record record = {0};
		rc = setting->invoke(&plan, &record);
		bool good = rc == 0 && record.status == STATUS_OK;
		bool again = rc == 0 && i < TRIES &&
			     (record.status == STATUS_DISTURBED || record.status == STATUS_INVALID);
		if (good)
			keep(cells, cell, &record);
		else if (rc == 0 && !again)
			refuse(result, cells->cells[cell], &record);
		record_release(&record);
		if (!again)
			return rc != 0 || good ? rc : -EAGAIN;
	}
	return rc;
}

int claim_cells_round(
	struct claim_cells *cells, struct demo_result *result, const struct demo_setting *setting)
{
	int rc = 0;

	/* forwards, backwards, forwards …: drift cancels in the ratios */
	for (int i = 0; i < cells->count && rc == 0; i++) {
		int cell = cells->rounds % 2 == 0 ? i : cells->count - 1 - i;
		if (cells->needs[cell] != NEED_COUNT || cells->rounds == 0)
			rc = measure(cells, cell, result, setting);
	}
	cells->rounds += rc == 0;
	return rc;
}
