#include "harness/advise/crossover.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/params.h"

/* Narrow enough: the ends differ by a fifth. */
static const double narrow = 1.2, least_coverage = 0.9;

int64_t crossover_middle(int64_t low, int64_t high)
{
	double middle =
		low > 0 ? sqrt((double)low * (double)high) : ((double)low + (double)high) / 2;
	double unit = middle < 10 ? 1 : pow(10, floor(log10(middle)) - 1);
	int64_t rounded = (int64_t)(round(middle / unit) * unit);

	if (rounded <= low || rounded >= high)
		rounded = (int64_t)middle;
	return rounded <= low || rounded >= high ? low : rounded;
}

/* A trial at one value, or at two "low,high". */
static int measure(struct trial *trial, const struct crossover_search *search,
	const struct trial_world *world, char *const *selectors, int count, int64_t low,
	int64_t high, char *error, size_t error_bytes)
{
	struct sweep sweeps[SWEEPS_MAX];
	char text[PARAM_TEXT_MAX];
	int used = 0;

	for (; used < search->sweeps_count && used < SWEEPS_MAX - 1; used++)
		sweeps[used] = search->sweeps[used];
	snprintf(sweeps[used].name, sizeof(sweeps[used].name), "%s", search->param->name);
	param_format(search->param, low, text, sizeof(text));
	snprintf(sweeps[used].values, sizeof(sweeps[used].values), "%s", text);
	if (high != low) {
		param_format(search->param, high, text, sizeof(text));
		size_t end = strlen(sweeps[used].values);
		snprintf(sweeps[used].values + end, sizeof(sweeps[used].values) - end, ",%s", text);
	}
	return trial_run(trial, world, selectors, count, sweeps, used + 1, search->concurrency,
		error, error_bytes);
}

/* 1: below is surely better, -1: above is, 0: not told apart. */
static int side(const struct interval *ratio)
{
	if (ratio->n < 1 || ratio->coverage < least_coverage || interval_contains(ratio, 1))
		return 0;
	return ratio->middle > 1 ? 1 : -1;
}

static struct interval ratio_at(const struct trial *trial, const struct crossover_search *search,
	int64_t value, const char *below, const char *above)
{
	const struct group_rows *group = trial_group_at(trial, search->param->name, value);
	const struct row *row = trial_row(group, below), *base = trial_row(group, above);

	if (row == NULL || base == NULL)
		return (struct interval){.middle = NAN, .low = NAN, .high = NAN};
	return row_ratio(row, base, group->by_rate);
}

static const char *best_at(
	const struct trial *trial, const struct crossover_search *search, int64_t value)
{
	const struct group_rows *group = trial_group_at(trial, search->param->name, value);

	if (group == NULL || group->best < 0)
		return NULL;
	/* of the table of models, which outlives the trial */
	const struct model *model = model_find(group->rows[group->best].model);
	return model == NULL ? NULL : model->name;
}

/* What the steps tell and where they go on. */
struct bisection {
	const struct crossover_search *search;
	const struct trial_world *world;
	struct crossover_result *result;
	crossover_step_fn *step;
	void *arg;
};

static void tell(const struct bisection *bisection, int64_t value, const struct interval *ratio)
{
	if (bisection->step != NULL)
		bisection->step(bisection->arg, bisection->search, value, bisection->result->below,
			bisection->result->above, ratio);
}

/*
 * A model that is not told apart from the best of one end there, where everything may be alike, and
 * is surely worse than it at the other: of several the worst, so that chance does not name it.
 * NULL: there is none.
 */
static const char *find_loser(const struct trial *trial, const struct crossover_search *search,
	int64_t tied, int64_t sure, const char *best)
{
	const struct group_rows *group = trial_group_at(trial, search->param->name, sure);
	const char *loser = NULL;
	double least = 1;

	for (int i = 0; group != NULL && i < group->rows_count; i++) {
		const struct model *model = model_find(group->rows[i].model);
		if (model == NULL || strcmp(model->name, best) == 0)
			continue;
		struct interval there = ratio_at(trial, search, sure, model->name, best);
		struct interval here = ratio_at(trial, search, tied, model->name, best);
		if (here.n < 1 || side(&here) != 0 || side(&there) >= 0 || there.middle >= least)
			continue;
		least = there.middle;
		loser = model->name;
	}
	return loser;
}

static bool take_edge(struct crossover_result *result, enum crossover_end end, int64_t tied)
{
	result->end = end;
	result->tied_low = result->tied_high = tied;
	return true;
}

/* What lies between an end where one is surely better and one where it is not is a crossover, too:
   from where, or up to where. */
static bool find_edge(const struct trial *trial, const struct crossover_search *search,
	struct crossover_result *result)
{
	const char *below = find_loser(trial, search, search->low, search->high, result->above);
	const char *above = find_loser(trial, search, search->high, search->low, result->below);

	if (below != NULL) {
		result->below = below;
		return take_edge(result, CROSSOVER_FROM, search->low);
	}
	if (above != NULL) {
		result->above = above;
		return take_edge(result, CROSSOVER_UNTIL, search->high);
	}
	return false;
}

static void judge_ends(const struct bisection *bisection, const struct trial *trial)
{
	const struct crossover_search *search = bisection->search;
	struct crossover_result *result = bisection->result;
	bool same = strcmp(result->below, result->above) == 0;
	struct interval low = ratio_at(trial, search, search->low, result->below, result->above);
	struct interval high = ratio_at(trial, search, search->high, result->below, result->above);

	if (!same && side(&low) > 0 && side(&high) < 0) {
		result->end = CROSSOVER_FOUND;
	} else if (find_edge(trial, search, result)) {
		low = ratio_at(trial, search, search->low, result->below, result->above);
		high = ratio_at(trial, search, search->high, result->below, result->above);
	} else if (same) {
		result->end = CROSSOVER_NONE;
	}
	tell(bisection, search->low, &low);
	tell(bisection, search->high, &high);
}

/* The two ends: which models are the best there, and surely so? */
static int measure_ends(const struct bisection *bisection, char *error, size_t error_bytes)
{
	const struct crossover_search *search = bisection->search;
	struct crossover_result *result = bisection->result;
	struct trial trial;
	int rc = measure(&trial, search, bisection->world, search->selectors,
		search->selectors_count, search->low, search->high, error, error_bytes);

	result->steps = 1;
	if (rc == 0) {
		result->below = best_at(&trial, search, search->low);
		result->above = best_at(&trial, search, search->high);
		result->end = CROSSOVER_UNDECIDED;
	}
	if (rc == 0 && result->below != NULL && result->above != NULL)
		judge_ends(bisection, &trial);
	trial_free(&trial);
	return rc;
}

/* What a figure between two others says. Against the order of what was found before, it counts and
   the tie does not: the crossover lies on its other side. */
static void place(struct crossover_result *result, int64_t value, int which)
{
	if (which == 0) {
		if (result->tied_low < 0 || value < result->tied_low)
			result->tied_low = value;
		if (value > result->tied_high)
			result->tied_high = value;
		return;
	}
	if (which > 0)
		result->low = value;
	else
		result->high = value;
	if (result->tied_low >= 0 &&
		(which > 0 ? value > result->tied_low : value < result->tied_high)) {
		result->tied_low = result->tied_high = -1;
		result->end = CROSSOVER_FOUND;
	}
}

static int halve(const struct bisection *bisection, int64_t middle, char *error, size_t error_bytes)
{
	const struct crossover_search *search = bisection->search;
	struct crossover_result *result = bisection->result;
	char below[2 * RECORD_NAME_MAX], above[2 * RECORD_NAME_MAX];
	char *selectors[] = {below, above};
	struct trial trial;

	snprintf(below, sizeof(below), "%s/%s", search->workload->name, result->below);
	snprintf(above, sizeof(above), "%s/%s", search->workload->name, result->above);
	int rc = measure(
		&trial, search, bisection->world, selectors, 2, middle, middle, error, error_bytes);
	if (rc == 0) {
		struct interval ratio =
			ratio_at(&trial, search, middle, result->below, result->above);
		tell(bisection, middle, &ratio);
		result->steps++;
		place(result, middle, side(&ratio));
	}
	trial_free(&trial);
	return rc;
}

static bool is_narrow(int64_t low, int64_t high)
{
	return crossover_middle(low, high) == low || (double)high < narrow * (double)low;
}

/* The value to measure next: in the wider of the gaps that are open; -1 = none is. */
static int64_t next_value(const struct crossover_result *result)
{
	int64_t from = result->low, to = result->high;

	if (result->tied_low >= 0) {
		bool left =
			result->end != CROSSOVER_FROM && !is_narrow(result->low, result->tied_low);
		bool right = result->end != CROSSOVER_UNTIL &&
			     !is_narrow(result->tied_high, result->high);
		/* as ratios, as the halving is */
		if (left && right)
			left = (double)result->tied_low * (double)result->tied_high >
			       (double)result->high * (double)result->low;
		if (!left && !right)
			return -1;
		from = left ? result->low : result->tied_high;
		to = left ? result->tied_low : result->high;
	}
	return is_narrow(from, to) ? -1 : crossover_middle(from, to);
}

int crossover_find(struct crossover_result *result, const struct crossover_search *search,
	const struct trial_world *world, crossover_step_fn *step, void *arg, char *error,
	size_t error_bytes)
{
	struct bisection bisection = {
		.search = search, .world = world, .result = result, .step = step, .arg = arg};
	int64_t middle = -1;

	*result = (struct crossover_result){
		.low = search->low, .high = search->high, .tied_low = -1, .tied_high = -1};
	int rc = measure_ends(&bisection, error, error_bytes);
	while (rc == 0 && result->end != CROSSOVER_NONE && result->end != CROSSOVER_UNDECIDED &&
		result->steps < CROSSOVER_STEPS_MAX && (middle = next_value(result)) >= 0)
		rc = halve(&bisection, middle, error, error_bytes);
	return rc;
}
