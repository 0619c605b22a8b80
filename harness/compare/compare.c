#include "harness/compare/compare.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/compare/judge.h"
#include "harness/compare/quad.h"
#include "harness/run/random.h"
#include "harness/run/stop.h"

enum {
	PADDING_MAX = 4096,
	FAILURES_MAX = 2, /* failed quads in a row, then a benchmark is given up */
	DROPS_MAX = 12    /* contaminated quads that are replaced, per benchmark */
};

/* A spinner that lost more than this share of its CPU to somebody outside: contaminated. */
static const double contaminated = 0.10;

const char compared_free_suffix[] = ":free";
const char *const canary_names[CANARIES] = {"arithmetic", "pipe"};

static uint64_t elapsed_ns(const struct comparison *comparison)
{
	return comparison->world->now_ns(comparison->world) - comparison->start_ns;
}

static void give_up(struct compared *benchmark, const char *who, const char *reason)
{
	benchmark->given_up = true;
	snprintf(benchmark->reason, sizeof(benchmark->reason), "%s%s%.200s", who,
		who[0] == '\0' ? "" : ": ", reason);
}

/* Room for one more quad. */
static int make_room(struct compared *benchmark)
{
	int room = benchmark->room == 0 ? 32 : benchmark->room * 2;

	if (benchmark->quads < benchmark->room)
		return 0;
	for (int metric = 0; metric < METRICS; metric++) {
		double *grown = realloc(benchmark->values[metric], (size_t)room * sizeof(*grown));
		if (grown == NULL)
			return -ENOMEM;
		benchmark->values[metric] = grown;
	}
	double *grown = realloc(benchmark->lost, (size_t)room * sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	benchmark->lost = grown;
	benchmark->room = room;
	return 0;
}

static void keep(struct compared *benchmark, int metric, double value)
{
	if (!isnan(value))
		benchmark->values[metric][benchmark->counts[metric]++] = value;
}

/* May this quad count? If not, the benchmark says why. */
static bool is_sound(struct compared *benchmark, const struct sample samples[QUAD], int order)
{
	for (int i = 0; i < QUAD; i++) {
		const char *who = quad_orders[order][i] == ARM_BASE ? "base" : "head";
		if (samples[i].status != STATUS_OK) {
			if (++benchmark->failures >= FAILURES_MAX)
				give_up(benchmark, who, samples[i].reason);
			return false;
		}
		const char *what = sample_difference(&samples[0], &samples[i]);
		if (what != NULL) {
			char text[80];
			snprintf(text, sizeof(text), "refused: the two sides differ in %s", what);
			give_up(benchmark, "", text);
			return false;
		}
	}
	benchmark->failures = 0;
	return true;
}

/* Takes a quad's four samples into the benchmark; `waited` is what its spinners did not get. */
static int take_quad(
	struct compared *benchmark, const struct sample samples[QUAD], int order, double waited)
{
	double stalls[QUAD];
	int rc = make_room(benchmark);

	if (rc != 0 || !is_sound(benchmark, samples, order))
		return rc;
	for (int metric = 0; metric < METRICS; metric++)
		keep(benchmark, metric, quad_value(samples, order, (enum metric)metric));
	const struct sample *base = &samples[order == 0 ? 0 : 1];
	memcpy(benchmark->level, base->values, sizeof(benchmark->level));
	if (isnan(benchmark->level[METRIC_WALL]))
		benchmark->level[METRIC_WALL] = base->window_wall;
	for (int i = 0; i < QUAD; i++)
		stalls[i] = samples[i].values[METRIC_STALL];
	benchmark->lost[benchmark->quads++] = fmax(waited, quad_base(stalls, order));
	return 0;
}

/* One quad of a benchmark between two spins; dropped whole when the machine was taken away. */
static int measure_quad(struct comparison *comparison, int at)
{
	struct compare_world *world = comparison->world;
	struct compared *benchmark = &comparison->benchmarks[at];
	uint64_t start_ns = world->now_ns(world);
	int order = (int)random_below(&comparison->random, 2), padding = 0, rc = 0;
	struct sample samples[QUAD];

	double waited[2] = {0}, share = world->spin(world, at, &waited[0]);
	for (int i = 0; i < QUAD && rc == 0; i++) {
		/* neighbours share a padding, so that it does not separate the sides */
		if (i % 2 == 0)
			padding = (int)random_below(&comparison->random, PADDING_MAX);
		rc = stop_signal() != 0 ? -EINTR
					: world->measure(world, at, quad_orders[order][i], padding,
						  &samples[i]);
	}
	double after = rc == 0 ? world->spin(world, at, &waited[1]) : 0;
	bool disturbed = share > contaminated || after > contaminated;
	for (int i = 0; i < QUAD && rc == 0; i++)
		disturbed = disturbed || samples[i].status == STATUS_DISTURBED;
	benchmark->cost_ns += world->now_ns(world) - start_ns;
	if (rc != 0)
		return rc;
	int drops = benchmark->dropped[0] + benchmark->dropped[1], quads = benchmark->quads;
	if (disturbed && drops < DROPS_MAX)
		benchmark->dropped[order]++;
	else
		rc = take_quad(benchmark, samples, order, (waited[0] + waited[1]) / 2);
	if (world->quad != NULL)
		world->quad(world, comparison, at, order, benchmark->quads > quads, samples);
	return rc;
}

/* A quad of frozen work, labelled by a coin like the others. */
static int measure_canaries(struct comparison *comparison)
{
	struct compare_world *world = comparison->world;
	int order = (int)random_below(&comparison->random, 2), rc = 0;

	for (int which = 0; which < CANARIES && rc == 0; which++) {
		struct compared *canary = &comparison->canaries[which];
		struct sample samples[QUAD] = {{0}};
		double durations[QUAD];
		for (int i = 0; i < QUAD; i++) {
			durations[i] = world->canary(world, which);
			for (int metric = 0; metric < METRICS; metric++)
				samples[i].values[metric] = NAN;
			samples[i].window_wall = NAN;
			samples[i].values[METRIC_WALL] = durations[i];
		}
		rc = make_room(canary);
		if (rc == 0)
			keep(canary, METRIC_WALL, quad_of(durations, order, true));
		canary->quads = canary->counts[METRIC_WALL];
		if (world->quad != NULL)
			world->quad(
				world, comparison, comparison->count + which, order, true, samples);
	}
	return rc;
}

static double left_ns(const struct compared *benchmark)
{
	int made = benchmark->quads + benchmark->dropped[0] + benchmark->dropped[1];

	return (double)(benchmark->planned - benchmark->quads) * (double)benchmark->cost_ns /
	       (double)(made > 0 ? made : 1);
}

/*
 * Chooses the benchmarks whose plan the rest of the budget can pay for, the cheapest first: some
 * verdicts are worth more than none. Noise alone decides, never an outcome.
 */
static void fund(const struct comparison *comparison, bool *funded)
{
	double room = (double)comparison->budget_ns - (double)elapsed_ns(comparison);

	for (;;) {
		int best = -1;
		for (int i = 0; i < comparison->count; i++)
			if (!funded[i] && !comparison->benchmarks[i].given_up &&
				(best < 0 || left_ns(&comparison->benchmarks[i]) <
						     left_ns(&comparison->benchmarks[best])))
				best = i;
		if (best < 0 || left_ns(&comparison->benchmarks[best]) > room)
			return;
		room -= left_ns(&comparison->benchmarks[best]);
		funded[best] = true;
	}
}

/* One quad of every benchmark that wants more, in random order. Returns  how many; -errno. */
static int measure_round(struct comparison *comparison, const bool *only)
{
	int order[COMPARED_MAX] = {0}, made = 0, rc = 0;

	for (int i = 0; i < comparison->count; i++)
		order[i] = i;
	random_shuffle(&comparison->random, order, comparison->count);
	for (int i = 0; i < comparison->count && rc == 0; i++) {
		struct compared *benchmark = &comparison->benchmarks[order[i]];
		if (benchmark->given_up || benchmark->quads >= benchmark->planned ||
			(only != NULL && !only[order[i]]))
			continue;
		if (elapsed_ns(comparison) > comparison->budget_ns) {
			comparison->short_of_time = true;
			return 0;
		}
		if (comparison->world->progress != NULL)
			comparison->world->progress(comparison->world, comparison, order[i]);
		rc = measure_quad(comparison, order[i]);
		if (rc == 0 && benchmark->look > 0)
			comparison_look(comparison, order[i]);
		made++;
	}
	if (made > 0 && rc == 0)
		rc = measure_canaries(comparison);
	return rc != 0 ? rc : made;
}

/* Rounds until all (of `only`, NULL = of all) have as many quads as planned, or the time is up. */
static int measure_rounds(struct comparison *comparison, const bool *only)
{
	int made;

	do
		made = measure_round(comparison, only);
	while (made > 0);
	return made;
}

static int probe(struct comparison *comparison)
{
	int rc = 0;

	for (int i = 0; i < comparison->count && rc == 0; i++) {
		struct compared *benchmark = &comparison->benchmarks[i];
		struct sample sample;
		benchmark->planned = comparison_cap(comparison, benchmark, PILOT_QUADS);
		rc = stop_signal() != 0 ? -EINTR
					: comparison->world->probe(comparison->world, i, &sample);
		if (rc == 0 && sample.status != STATUS_OK)
			give_up(benchmark, "base", sample.reason);
		benchmark->injected = rc == 0 ? sample.injected : 0;
	}
	return rc;
}

int comparison_execute(struct comparison *comparison)
{
	bool funded[COMPARED_MAX] = {false};

	comparison->random = comparison->seed;
	comparison->start_ns = comparison->world->now_ns(comparison->world);
	int rc = comparison->count > COMPARED_MAX ? -E2BIG : probe(comparison);
	if (rc == 0)
		rc = measure_rounds(comparison, NULL);
	if (rc == 0 && !comparison->short_of_time) {
		comparison_plan(comparison);
		fund(comparison, funded);
		rc = measure_rounds(comparison, funded);
		/* what time is left goes to those it does not suffice for */
		if (rc == 0)
			rc = measure_rounds(comparison, NULL);
	}
	int judged = rc == -ENOMEM || rc == -E2BIG ? 0 : comparison_judge(comparison);
	return rc != 0 ? rc : judged;
}

static void compared_free(struct compared *compared)
{
	for (int metric = 0; metric < METRICS; metric++) {
		free(compared->values[metric]);
		compared->values[metric] = NULL;
	}
	free(compared->lost);
	compared->lost = NULL;
	compared->quads = compared->room = 0;
}

void comparison_free(struct comparison *comparison)
{
	for (int i = 0; i < comparison->count; i++)
		compared_free(&comparison->benchmarks[i]);
	for (int i = 0; i < CANARIES; i++)
		compared_free(&comparison->canaries[i]);
}
