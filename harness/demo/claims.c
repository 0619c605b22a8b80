/*
 * Decides claims: the metric's ratio of each round's pair of invocations, the exact interval of
 * their median, and what it says about the bound.
 */
#include "harness/demo/claims.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "harness/measure/clock.h"
#include "harness/stats/pairs.h"

/* Of each look at the pairs; there are at most three. Seven pairs have 0.984, six 0.969. */
static const double confidence = 0.98, least_coverage = 0.96;

enum { SECOND = 1000000000, MS = 1000000, MIB = 1 << 20 };

static const struct {
	enum unit unit;
	const char *name;
} metrics[CLAIM_METRICS] = {[CLAIM_RATE] = {UNIT_RATE, "operations per second"},
	[CLAIM_CPU] = {UNIT_DURATION, "CPU per operation"},
	[CLAIM_BUSY] = {UNIT_PLAIN, "CPUs kept busy"},
	[CLAIM_P90] = {UNIT_DURATION, "p90"},
	[CLAIM_P99] = {UNIT_DURATION, "p99"},
	[CLAIM_TASKS] = {UNIT_PLAIN, "tasks at once"},
	[CLAIM_BYTES] = {UNIT_BYTES, "per task"},
	[CLAIM_PEAK] = {UNIT_BYTES, "peak of all its processes"}};

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

static struct interval interval_of(const struct claim_cells *cells, const struct claim_test *test)
{
	int a = claim_cell_index(cells, &test->a, test->metric);
	const double *as = cells->values[a][test->metric];
	struct paired pairs[2][CLAIM_PAIRS_MAX];

	if (cells->needs[a] == NEED_COUNT)
		return (struct interval){
			.middle = as[0], .low = as[0], .high = as[0], .coverage = 1, .n = 1};
	for (int i = 0; i < cells->rounds; i++)
		if (!isfinite(as[i]))
			return (struct interval){.middle = NAN, .low = NAN, .high = NAN};
	if (test->b.workload == NULL)
		return interval_median(as, cells->rounds, confidence);
	int b = claim_cell_index(cells, &test->b, test->metric);
	const double *bs = cells->values[b][test->metric];
	for (int i = 0; i < cells->rounds; i++) {
		pairs[0][i] = (struct paired){.key = i, .value = as[i]};
		pairs[1][i] = (struct paired){.key = i, .value = bs[i]};
		if (!isfinite(bs[i]))
			return (struct interval){.middle = NAN, .low = NAN, .high = NAN};
	}
	return pairs_ratio(pairs[0], cells->rounds, pairs[1], cells->rounds, confidence);
}

static enum unit unit_of(const struct claim_test *test)
{
	return test->b.workload == NULL ? metrics[test->metric].unit : UNIT_PLAIN;
}

void claim_bound_text(const struct claim_test *test, char *text, size_t bytes)
{
	static const char *const words[] = {
		[AT_LEAST] = ">=", [AT_MOST] = "<=", [AT_LEAST_PER_CPU] = ">="};
	char number[NUMBER_MAX];

	number_format(number, sizeof(number), bound_of(test), unit_of(test), DIGITS_DEFAULT);
	if (test->direction == WITHIN)
		snprintf(text, bytes, "within %.3g .. %.3g", 1 / test->bound, test->bound);
	else
		snprintf(text, bytes, "%s %s", words[test->direction], number);
}

static void tell(struct demo_result *result, const struct claim_test *test,
	const struct interval *interval, enum demo_verdict verdict)
{
	char bound[DEMO_PART_MAX], measured[DEMO_PART_MAX] = "too few samples for a figure";

	claim_bound_text(test, bound, sizeof(bound));
	if (interval->n > 0)
		number_interval(measured, sizeof(measured), interval, unit_of(test));
	demo_part(result, test->what, bound, measured, verdict);
}

/* Of the values that are there; NaN without one. */
static double median_of(const double *values, int n)
{
	double finite[CLAIM_PAIRS_MAX];
	int count = 0;

	for (int i = 0; i < n; i++)
		if (isfinite(values[i]))
			finite[count++] = values[i];
	return count == 0 ? NAN : interval_median(finite, count, confidence).middle;
}

/* The median of each cell, for each metric that a test asks for. */
static void tell_figures(struct demo_result *result, const struct claim_cells *cells)
{
	for (const struct claim_test *test = cells->tests; test->claim != NULL; test++) {
		const struct claim_cell *sides[] = {&test->a, &test->b};
		for (int i = 0; i < 2; i++) {
			char what[DEMO_TEXT_MAX], text[DEMO_TEXT_MAX / 2];
			if (strcmp(test->claim, result->demo->name) != 0 ||
				sides[i]->workload == NULL)
				continue;
			int cell = claim_cell_index(cells, sides[i], test->metric);
			int n = cells->needs[cell] == NEED_COUNT ? 1 : cells->rounds;
			claim_cell_text(sides[i], text, sizeof(text));
			snprintf(what, sizeof(what), "%s, %s", metrics[test->metric].name, text);
			if (!demo_has(result, what))
				demo_add(result, DEMO_PLAIN,
					median_of(cells->values[cell][test->metric], n),
					metrics[test->metric].unit, "%s", what);
		}
	}
}

/* All tests of the claim, with what is there; told where `last`. */
static enum demo_verdict judge(
	struct demo_result *result, const struct claim_cells *cells, bool last)
{
	enum demo_verdict verdict = DEMO_HOLDS;

	for (const struct claim_test *test = cells->tests; test->claim != NULL; test++) {
		if (strcmp(test->claim, result->demo->name) != 0)
			continue;
		struct interval interval = interval_of(cells, test);
		enum demo_verdict own = claim_judge(&interval, test->direction, bound_of(test));
		verdict = both(verdict, own);
		if (last)
			tell(result, test, &interval, own);
	}
	if (last)
		tell_figures(result, cells);
	return verdict;
}

/* Rounds until it is decided, as long as there is time for one more. */
static int measure(
	struct demo_result *result, const struct demo_setting *setting, struct claim_cells *cells)
{
	static const int looks[] = {CLAIM_PAIRS, 11, CLAIM_PAIRS_MAX};
	uint64_t budget_ns =
		setting->claim_ns > 0 ? setting->claim_ns : (uint64_t)CLAIM_SECONDS * SECOND;
	uint64_t start_ns = clock_now_ns(), longest_ns = 0;
	int look = 0, rc = 0;

	while (rc == 0) {
		uint64_t round_ns = clock_now_ns();
		rc = claim_cells_round(cells, result, setting);
		round_ns = clock_now_ns() - round_ns;
		/* the first round is longer than the others where a cell is measured once */
		longest_ns = cells->rounds <= 2 || round_ns > longest_ns ? round_ns : longest_ns;
		if (setting->smoke && cells->rounds == CLAIM_PAIRS_SMOKE)
			break;
		if (clock_now_ns() - start_ns + longest_ns > budget_ns)
			break;
		if (cells->rounds != looks[look])
			continue;
		if (cells->rounds == CLAIM_PAIRS_MAX ||
			judge(result, cells, false) != DEMO_UNDECIDED)
			break;
		look++;
	}
	return rc;
}

/* Whether the memory that a claim may take is there; says so where it is not. */
static bool has_room(struct demo_result *result, const struct demo_setting *setting)
{
	struct limit_room rooms[LIMIT_ROOMS_MAX];
	int count = setting->rooms != NULL ? setting->rooms(rooms) : 0;
	char reason[DEMO_TEXT_MAX];

	for (int i = 0; i < count; i++) {
		int64_t free_mib = (rooms[i].most - rooms[i].used) / MIB;
		if (!rooms[i].is_memory || free_mib >= 2 * CLAIM_MIB)
			continue;
		snprintf(reason, sizeof(reason),
			"a claim may take %d MiB, half of what should be free: %s leaves %lld",
			CLAIM_MIB, rooms[i].name, (long long)free_mib);
		demo_not_here(result, reason);
		return false;
	}
	return true;
}

const struct claim_test *claim_table_of(const char *claim)
{
	static const struct claim_test *const tables[] = {claim_tests, claim_guest_tests};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct claim_test *test = tables[i]; test->claim != NULL; test++)
			if (strcmp(test->claim, claim) == 0)
				return tables[i];
	return NULL;
}

int claim_run_tests(struct demo_result *result, const struct demo_setting *setting,
	const struct claim_test *table)
{
	struct claim_cells *cells;

	if (!has_room(result, setting))
		return 0;
	cells = malloc(sizeof(*cells));
	if (cells == NULL)
		return -ENOMEM;
	claim_cells_of(cells, table, result->demo->name);
	int rc = measure(result, setting, cells);
	if (rc == 0)
		result->verdict = judge(result, cells, true);
	free(cells);
	return rc == -EAGAIN ? 0 : rc;
}

int claim_run(struct demo_result *result, const struct demo_setting *setting)
{
	return claim_run_tests(result, setting, claim_tests);
}
