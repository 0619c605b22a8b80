#include "harness/compare/judge.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stats/order.h"

/* Both canaries together err in 1 % of clean sessions. */
static const double canary_confidence = 0.995;

/* So many times the calibrated noise of a canary is another machine than the calibrated one. */
static const double canary_noise = 2, mad_sigma = 1.4826;

/* From one look at the width to the next, the quads grow by half: the fewer, the less they favour.
 */
static const double looks_apart = 1.5;

/* Memory that is tolerated whatever share it is. */
static const double memory_margin_bytes = 512 * 1024;

const double compared_free_margin = 0.10, compared_free_target = 0.25;

static void make_findings(const struct comparison *comparison, struct compared *benchmark)
{
	for (int metric = 0; metric < METRICS; metric++) {
		const struct metric_facts *facts = &metric_facts[metric];
		bool wide = benchmark->free && facts->ratio;
		double margin = wide ? compared_free_margin : facts->margin;
		double target = wide ? compared_free_target : facts->target;
		if (facts->ratio && comparison->margin > 0)
			margin = comparison->margin;
		/* pages come in bunches: below this nothing is a change */
		if (facts->unit == METRIC_BYTES && benchmark->level[metric] > 0)
			margin = fmax(margin, memory_margin_bytes / benchmark->level[metric]);
		if (facts->ratio && comparison->target > 0)
			target = comparison->target;
		/* an option may have moved one of them past the other */
		benchmark->findings[metric] = (struct finding){.values = benchmark->values[metric],
			.n = benchmark->counts[metric],
			.ratio = facts->ratio,
			.shown = comparison->shows[metric] && benchmark->counts[metric] > 0,
			.gated = comparison->gates[metric] && benchmark->counts[metric] > 0,
			/* what takes time from both sides alike leaves ratios as they are */
			.lost = facts->ratio ? 0
					     : order_median_of(benchmark->lost, benchmark->quads),
			.margin = margin,
			.target = target > margin ? target : 2 * margin};
		struct finding *finding = &benchmark->findings[metric];
		if (finding->gated && benchmark->free && !comparison->gates_free) {
			finding->shown = true;
			finding->gated = false;
		}
	}
}

int comparison_cap(const struct comparison *comparison, const struct compared *benchmark, int quads)
{
	const int bounds[] = {comparison->quads_max, benchmark->quads_max};

	for (int i = 0; i < 2; i++)
		quads = bounds[i] > 0 && quads > bounds[i] ? bounds[i] : quads;
	return quads;
}

/* The gated pairs. */
static int find_all(struct comparison *comparison)
{
	int tests = 0;

	for (int i = 0; i < comparison->count; i++) {
		make_findings(comparison, &comparison->benchmarks[i]);
		for (int metric = 0; metric < METRICS; metric++)
			tests += comparison->benchmarks[i].findings[metric].gated;
	}
	return tests;
}

/* The stall share rides along: its noise on a busy machine has no bound. */
static bool asks(const struct finding *finding)
{
	return finding->gated && finding->ratio;
}

static int next_look(int quads)
{
	return (int)ceil(quads * looks_apart);
}

void comparison_look(struct comparison *comparison, int benchmark)
{
	struct compared *compared = &comparison->benchmarks[benchmark];
	int tests = 0;
	bool narrow = true;

	if (compared->quads < compared->look)
		return;
	tests = find_all(comparison);
	for (int metric = 0; metric < METRICS; metric++)
		if (asks(&compared->findings[metric]))
			narrow = narrow && verdict_is_narrow(&compared->findings[metric], tests);
	compared->look = next_look(compared->quads);
	if (narrow)
		compared->planned = compared->quads;
	else if (compared->planned < compared->look)
		compared->planned = comparison_cap(comparison, compared, compared->look);
}

void comparison_plan(struct comparison *comparison)
{
	int tests = find_all(comparison);

	for (int i = 0; i < comparison->count; i++) {
		struct compared *benchmark = &comparison->benchmarks[i];
		int most = PILOT_QUADS;
		for (int metric = 0; metric < METRICS; metric++) {
			const struct finding *finding = &benchmark->findings[metric];
			int quads = asks(finding) ? verdict_plan(finding, tests) : 0;
			most = quads > most ? quads : most;
		}
		benchmark->planned = comparison_cap(comparison, benchmark, most);
		benchmark->look = PILOT_QUADS;
		comparison_look(comparison, i);
	}
}

static void judge_canaries(struct comparison *comparison)
{
	for (int which = 0; which < CANARIES; which++) {
		struct compared *canary = &comparison->canaries[which];
		struct interval interval = interval_median(canary->values[METRIC_WALL],
			canary->counts[METRIC_WALL], canary_confidence);
		if (interval.coverage >= canary_confidence && !interval_contains(&interval, 0))
			comparison->contaminated = true;
		double sigma = mad_sigma *
			       order_mad(canary->values[METRIC_WALL], canary->counts[METRIC_WALL]);
		double calibrated = comparison->canary_sigma[which];
		if (calibrated > 0 && canary->counts[METRIC_WALL] >= PILOT_QUADS &&
			sigma > canary_noise * calibrated)
			comparison->contaminated = comparison->unsteady = true;
	}
}

/* A benchmark that was measured and has no figure to be judged by would else pass in silence. */
static void give_up_empty(const struct comparison *comparison, struct compared *benchmark)
{
	bool found = benchmark->quads == 0, asked = false;

	for (int metric = 0; metric < METRICS; metric++) {
		found = found || benchmark->findings[metric].gated ||
			benchmark->findings[metric].shown;
		asked = asked || comparison->gates[metric];
	}
	if (found || !asked || benchmark->given_up)
		return;
	benchmark->given_up = true;
	snprintf(benchmark->reason, sizeof(benchmark->reason),
		"it has none of the figures that gate");
}

int comparison_judge(struct comparison *comparison)
{
	size_t own = sizeof(comparison->benchmarks[0].findings);
	struct finding *all = calloc((size_t)comparison->count + 1, own);

	if (all == NULL)
		return -ENOMEM;
	for (int i = 0; i < comparison->count; i++) {
		struct compared *benchmark = &comparison->benchmarks[i];
		make_findings(comparison, benchmark);
		memcpy(&all[i * METRICS], benchmark->findings, own);
	}
	int rc = verdict_judge(all, comparison->count * METRICS);
	for (int i = 0; i < comparison->count && rc == 0; i++)
		memcpy(comparison->benchmarks[i].findings, &all[i * METRICS], own);
	free(all);
	for (int i = 0; i < comparison->count; i++)
		give_up_empty(comparison, &comparison->benchmarks[i]);
	judge_canaries(comparison);
	return rc;
}

struct comparison_summary comparison_summarize(const struct comparison *comparison)
{
	struct comparison_summary summary = {0};

	for (int i = 0; i < comparison->count; i++) {
		const struct compared *benchmark = &comparison->benchmarks[i];
		/* a refused or failing side has no verdict, whatever was measured before */
		if (benchmark->given_up) {
			summary.failed++;
			continue;
		}
		for (int metric = 0; metric < METRICS; metric++) {
			const struct finding *finding = &benchmark->findings[metric];
			if (!finding->gated)
				continue;
			summary.regressed += finding->verdict == VERDICT_REGRESSED;
			summary.inconclusive += finding->verdict == VERDICT_INCONCLUSIVE;
			summary.equivalent += finding->verdict == VERDICT_EQUIVALENT;
			summary.improved += finding->verdict == VERDICT_IMPROVED;
		}
	}
	return summary;
}
