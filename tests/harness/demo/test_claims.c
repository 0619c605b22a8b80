/*
 * Claims: what an interval says of a bound, and that no verdict is hard-wired: the invocations are
 * scripted, and with the figures of the two sides exchanged each comparison, and with it the claim,
 * has the other verdict.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/demo/claims.h"
#include "tests/suite.h"

/* The comparison that is scripted, and the figures of its sides; all other cells have 1. */
static const struct claim_test *scripted_test;
static double level_a, level_b, spread;
static int invocations;

static bool is_cell(const struct plan *plan, const struct claim_cell *cell)
{
	struct plan other;

	if (cell->workload == NULL)
		return false;
	ck_assert_int_eq(claim_cell_plan(&other, NULL, cell, NEED_TIME, false), 0);
	if (other.draft.workload == plan->draft.workload && other.draft.workload->calibrate != NULL)
		other.draft.values[other.draft.workload->calibrated] =
			plan->draft.values[other.draft.workload->calibrated];
	return other.draft.workload == plan->draft.workload &&
	       other.draft.model == plan->draft.model &&
	       memcmp(other.draft.values, plan->draft.values, sizeof(other.draft.values)) == 0;
}

static void fill_latency(struct record *record, double ns)
{
	struct lane lane = {.histogram = {{0}}};

	record->latency = calloc(1, sizeof(*record->latency));
	record->latency->present = 1;
	for (int i = 0; i < 2000; i++)
		lane_record(&lane, (uint64_t)ns);
	histogram_merge(&record->latency->closed, &lane.histogram);
}

static void fill(struct record *record, enum claim_metric metric, double level)
{
	record->work.operations = 1000000;
	record->window.ns = 1000000000;
	record->window.cpu_ns = 1000000;
	record->work.tasks = (uint64_t)level;
	if (metric == CLAIM_RATE)
		record->work.operations = (uint64_t)(level * 1e6);
	if (metric == CLAIM_CPU || metric == CLAIM_BUSY)
		record->window.cpu_ns = (uint64_t)(level * 1e6);
	if (metric == CLAIM_P90 || metric == CLAIM_P99)
		fill_latency(record, level >= 1e6 ? level : level * 1e6);
	record->memory.user_per_task = level;
	record->memory.peak = (int64_t)(level * 1e6);
}

static int scripted(const struct plan *plan, struct record *record)
{
	double level = 1;

	memset(record, 0, sizeof(*record));
	record->status = STATUS_OK;
	if (is_cell(plan, &scripted_test->a))
		level = level_a * (1 + spread * (invocations % 3 - 1));
	else if (is_cell(plan, &scripted_test->b))
		level = level_b;
	invocations++;
	fill(record, scripted_test->metric, level);
	return 0;
}

static struct demo_result *run(const struct claim_test *test, double a, double b)
{
	const struct demo_setting setting = {.invoke = scripted};
	struct demo_result *result = calloc(1, sizeof(*result));

	scripted_test = test;
	level_a = a;
	level_b = b;
	result->demo = demo_find(test->claim);
	ck_assert_ptr_nonnull(result->demo);
	ck_assert_int_eq(claim_run(result, &setting), 0);
	return result;
}

/* Runs the claim with these figures; the comparison's own verdict. */
static enum demo_verdict part_of(const struct claim_test *test, double a, double b)
{
	struct demo_result *result = run(test, a, b);
	enum demo_verdict verdict = DEMO_VERDICTS;

	for (int i = 0; i < result->parts_count; i++)
		if (strcmp(result->parts[i].what, test->what) == 0)
			verdict = result->parts[i].verdict;
	if (verdict == DEMO_FAILS)
		ck_assert_msg(result->verdict == DEMO_FAILS, "%s holds without one of its parts",
			test->claim);
	free(result);
	return verdict;
}

static const struct claim_test *find_test(const char *claim)
{
	const struct claim_test *test = claim_tests;

	while (strcmp(test->claim, claim) != 0)
		test++;
	return test;
}

/* Figures of the two sides with which it holds. */
static void as_claimed(const struct claim_test *test, double *a, double *b)
{
	double bound = test->bound * (test->direction == AT_LEAST_PER_CPU ? 1024 : 1);

	*a = *b = 1;
	if (test->direction == AT_MOST)
		*b = 3 / bound;
	else if (test->direction != WITHIN)
		*a = 3 * bound;
	if (test->b.workload == NULL)
		*a = test->direction == AT_MOST ? bound / 3 : 3 * bound;
}

START_TEST(every_comparison_flips_when_its_two_sides_are_exchanged)
{
	for (const struct claim_test *test = claim_tests; test->claim != NULL; test++) {
		double a, b;
		as_claimed(test, &a, &b);
		ck_assert_msg(part_of(test, a, b) == DEMO_HOLDS, "%s: %s", test->claim, test->what);
		if (test->direction == WITHIN)
			a = 3; /* alike, they cannot be told apart by an exchange */
		if (test->b.workload == NULL)
			b = test->direction == AT_MOST ? 9 * a : a / 9;
		ck_assert_msg(part_of(test, b, a) == DEMO_FAILS, "%s: %s, exchanged", test->claim,
			test->what);
	}
}
END_TEST

START_TEST(what_lies_across_the_bound_is_undecided)
{
	const struct claim_test *test = find_test("start-cost");

	spread = 0.1;
	ck_assert_int_eq(part_of(test, 5, 1), DEMO_UNDECIDED);
	spread = 0;
}
END_TEST

START_TEST(more_pairs_are_taken_where_the_first_leave_it_undecided)
{
	const struct claim_test *test = find_test("no-gil");

	invocations = 0;
	free(run(test, 1, 1));
	ck_assert_int_eq(invocations, 2 * CLAIM_PAIRS);
	invocations = 0;
	spread = 0.1;
	free(run(test, 1, 1));
	ck_assert_int_eq(invocations, 2 * CLAIM_PAIRS_MAX);
	spread = 0;
}
END_TEST

START_TEST(two_pairs_decide_nothing)
{
	const struct demo_setting setting = {.smoke = true, .invoke = scripted};
	struct demo_result result = {.demo = demo_find("start-cost")};

	scripted_test = find_test("start-cost");
	level_a = 100;
	level_b = 1;
	ck_assert_int_eq(claim_run(&result, &setting), 0);
	ck_assert_int_eq(result.parts_count, 2);
	ck_assert_int_eq(result.parts[0].verdict, DEMO_UNDECIDED);
	ck_assert_int_eq(result.figures_count, 3);
}
END_TEST

START_TEST(a_cell_of_several_comparisons_is_measured_once_per_round)
{
	struct claim_cells cells;
	char text[DEMO_TEXT_MAX];

	claim_cells_of(&cells, claim_tests, "start-cost");
	ck_assert_int_eq(cells.count, 3);
	claim_cells_of(&cells, claim_tests, "many");
	ck_assert_int_eq(cells.count, 3);
	ck_assert_int_eq(cells.needs[0], NEED_COUNT);
	ck_assert_int_eq(cells.needs[2], NEED_BYTES);
	claim_cell_text(cells.cells[0], text, sizeof(text));
	ck_assert_str_eq(text, "idle/async-stackless tasks=1M");
}
END_TEST

static int limited(const struct plan *plan, struct record *record)
{
	(void)plan;
	memset(record, 0, sizeof(*record));
	record->status = STATUS_LIMIT;
	strcpy(record->reason, "RLIMIT_NPROC 64 reached");
	return 0;
}

static int one_gib(struct limit_room rooms[LIMIT_ROOMS_MAX])
{
	rooms[0] = (struct limit_room){"MemTotal", 3ll << 30, 4ll << 30, true};
	return 1;
}

START_TEST(a_limit_of_the_machine_is_no_verdict_on_the_claim)
{
	struct demo_setting setting = {.invoke = limited};
	struct demo_result result = {.demo = demo_find("memory")};

	ck_assert_int_eq(claim_run(&result, &setting), 0);
	ck_assert_int_eq(result.verdict, DEMO_NOT_HERE);
	ck_assert_ptr_nonnull(strstr(result.measured, "RLIMIT_NPROC 64 reached"));
	result = (struct demo_result){.demo = demo_find("many")};
	setting.rooms = one_gib;
	ck_assert_int_eq(claim_run(&result, &setting), 0);
	ck_assert_int_eq(result.verdict, DEMO_NOT_HERE);
	ck_assert_ptr_nonnull(strstr(result.measured, "MemTotal leaves 1024"));
}
END_TEST

START_TEST(an_interval_is_judged_as_a_whole)
{
	struct interval interval = {.middle = 1, .low = 0.9, .high = 1.1, .coverage = 0.97, .n = 6};

	ck_assert_int_eq(claim_judge(&interval, AT_LEAST, 0.9), DEMO_HOLDS);
	ck_assert_int_eq(claim_judge(&interval, AT_LEAST, 1), DEMO_UNDECIDED);
	ck_assert_int_eq(claim_judge(&interval, AT_LEAST, 1.2), DEMO_FAILS);
	ck_assert_int_eq(claim_judge(&interval, AT_MOST, 1.1), DEMO_HOLDS);
	ck_assert_int_eq(claim_judge(&interval, AT_MOST, 1), DEMO_UNDECIDED);
	ck_assert_int_eq(claim_judge(&interval, AT_MOST, 0.8), DEMO_FAILS);
	ck_assert_int_eq(claim_judge(&interval, WITHIN, 1.25), DEMO_HOLDS);
	ck_assert_int_eq(claim_judge(&interval, WITHIN, 1.05), DEMO_UNDECIDED);
	interval.low = 1.06;
	ck_assert_int_eq(claim_judge(&interval, WITHIN, 1.05), DEMO_FAILS);
	interval.coverage = 0.75;
	ck_assert_int_eq(claim_judge(&interval, AT_LEAST, 0.5), DEMO_UNDECIDED);
	interval = (struct interval){.low = NAN, .high = NAN, .coverage = 0.97};
	ck_assert_int_eq(claim_judge(&interval, AT_LEAST, 0.5), DEMO_UNDECIDED);
}
END_TEST

START_TEST(every_claim_has_comparisons_and_every_comparison_names_what_exists)
{
	for (const struct demo *demo = demo_claims; demo->name != NULL; demo++) {
		struct claim_cells cells;
		claim_cells_of(&cells, claim_tests, demo->name);
		ck_assert_msg(cells.count > 0, "%s has no comparison", demo->name);
		ck_assert_msg(demo->seconds <= CLAIM_SECONDS, "%s takes too long", demo->name);
		ck_assert_ptr_eq(demo_find(demo->name), demo);
		for (int i = 0; i < cells.count; i++) {
			struct plan plan;
			char text[DEMO_TEXT_MAX];
			claim_cell_text(cells.cells[i], text, sizeof(text));
			ck_assert_msg(
				claim_cell_plan(&plan, NULL, cells.cells[i], NEED_TIME, false) == 0,
				"%s: there is no %s", demo->name, text);
		}
	}
	for (const struct claim_test *test = claim_tests; test->claim != NULL; test++) {
		struct claim_cells cells;
		ck_assert_ptr_nonnull(demo_find(test->claim));
		claim_cells_of(&cells, claim_tests, test->claim);
		ck_assert_int_lt(claim_cell_index(&cells, &test->a, test->metric), cells.count);
		if (test->b.workload != NULL)
			ck_assert_int_lt(
				claim_cell_index(&cells, &test->b, test->metric), cells.count);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("claims");
	TCase *c = tcase_create("claims");

	tcase_add_test(c, every_comparison_flips_when_its_two_sides_are_exchanged);
	tcase_add_test(c, what_lies_across_the_bound_is_undecided);
	tcase_add_test(c, more_pairs_are_taken_where_the_first_leave_it_undecided);
	tcase_add_test(c, two_pairs_decide_nothing);
	tcase_add_test(c, a_cell_of_several_comparisons_is_measured_once_per_round);
	tcase_add_test(c, a_limit_of_the_machine_is_no_verdict_on_the_claim);
	tcase_add_test(c, an_interval_is_judged_as_a_whole);
	tcase_add_test(c, every_claim_has_comparisons_and_every_comparison_names_what_exists);
	suite_add_tcase(s, c);
	return s;
}
