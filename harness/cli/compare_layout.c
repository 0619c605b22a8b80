/*
 * --confirm-layout: where functions lie in memory moves results by several per cent, whatever they
 * do. A change below 10 % must stay when both sides are linked in other orders.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/compare.h"
#include "harness/stats/order.h"

/* A change beyond this is no effect of layout. */
static const double layout_most = 0.10;

enum { QUADS_MOST = 24 };

static bool is_doubtful(const struct finding *finding)
{
	return finding->gated && finding->ratio && finding->verdict == VERDICT_REGRESSED &&
	       finding->change.middle < layout_most;
}

/* The flagged cells as a plan of their own; at[i] is where cell i stands in the whole one. */
static void pick(const struct confirmation *confirmation, const struct comparison *comparison,
	struct run_plan *plan, int *at)
{
	for (int i = 0; i < comparison->count; i++) {
		bool doubtful = false;
		for (int metric = 0; metric < METRICS; metric++)
			doubtful =
				doubtful ||
				(!comparison->benchmarks[i].given_up &&
					is_doubtful(&comparison->benchmarks[i].findings[metric]));
		if (!doubtful)
			continue;
		at[plan->cells_count] = i;
		plan->cells[plan->cells_count++] = confirmation->plan->cells[i];
	}
}

/* One order of functions: measures the flagged ones and keeps their changes. */
static int measure_layout(const struct compare_options *options, struct confirmation *confirmation,
	struct comparison *comparison, const struct run_plan *picked, const int *at, int layout)
{
	struct compare_options quiet = *options;
	struct compared *benchmarks = calloc(COMPARED_MAX, sizeof(*benchmarks));
	struct invocations *invocations = calloc(1, sizeof(*invocations));
	const char *const programs[ARMS] = {
		confirmation->operands->programs[0], confirmation->operands->programs[1]};
	struct comparison again = {.benchmarks = benchmarks,
		.count = picked->cells_count,
		.seed = comparison->seed + 1 + (uint64_t)layout};
	struct run_plan plan = *picked;
	int rc = benchmarks == NULL || invocations == NULL ? -ENOMEM : 0;

	quiet.log = NULL;
	quiet.quads = QUADS_MOST;
	quiet.shared.budget_ns = options->shared.budget_ns / (2 * LAYOUTS_CONFIRMED);
	for (int i = 0; i < picked->cells_count && rc == 0; i++)
		snprintf(benchmarks[i].name, sizeof(benchmarks[i].name), "%s",
			comparison->benchmarks[at[i]].name);
	if (rc == 0) {
		invocations_init(invocations, &plan, programs, options->shared.seed,
			confirmation->invocations->window_ns);
		invocations->chunks = confirmation->invocations->chunks;
		rc = compare_measure(&quiet, &invocations->world, &again);
	}
	for (int i = 0; i < picked->cells_count && rc == 0; i++) {
		struct compared *into = &comparison->benchmarks[at[i]];
		for (int metric = 0; metric < METRICS; metric++)
			into->layouts[metric][layout] =
				benchmarks[i].given_up
					? NAN
					: benchmarks[i].findings[metric].change.middle;
		into->layouts_count = layout + 1;
	}
	if (benchmarks != NULL)
		comparison_free(&again);
	free(benchmarks);
	free(invocations);
	return rc;
}

/* A change that the other orders do not show on the whole is no longer a regression. */
static void decide(struct compared *benchmark)
{
	for (int metric = 0; metric < METRICS; metric++) {
		struct finding *finding = &benchmark->findings[metric];
		double *changes = benchmark->layouts[metric];
		if (!is_doubtful(finding) || benchmark->layouts_count < LAYOUTS_CONFIRMED)
			continue;
		double middle = order_median_of(changes, LAYOUTS_CONFIRMED);
		if (!(middle > finding->margin))
			finding->verdict = VERDICT_INCONCLUSIVE;
	}
}

int compare_confirm(const struct compare_options *options, struct confirmation *confirmation,
	struct comparison *comparison)
{
	int at[COMPARED_MAX], rc = 0;
	char error[OPERAND_ERROR_MAX] = "";
	struct run_plan picked = {.cells = calloc(COMPARED_MAX, sizeof(struct cell))};

	if (picked.cells == NULL)
		return -ENOMEM;
	pick(confirmation, comparison, &picked, at);
	for (int layout = 0; layout < LAYOUTS_CONFIRMED && picked.cells_count > 0 && rc == 0;
		layout++) {
		for (int arm = 0; arm < ARMS && rc == 0; arm++)
			rc = operand_shuffle(confirmation->operands, (enum arm)arm,
				(unsigned)layout + 1, error, sizeof(error));
		if (rc == 0)
			rc = measure_layout(options, confirmation, comparison, &picked, at, layout);
	}
	free(picked.cells);
	/* what cannot be confirmed stays flagged, and is said to be unconfirmed */
	if (rc != 0 && rc != -EINTR && error[0] != '\0') {
		cli_error(options->name, "not confirmed: %s", error);
		rc = 0;
	}
	for (int i = 0; i < comparison->count && rc == 0; i++)
		decide(&comparison->benchmarks[i]);
	return rc;
}
