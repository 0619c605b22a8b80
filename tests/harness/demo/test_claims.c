/*
 * Claims: what an interval says of a bound, and that no verdict is hard-wired: the invocations are
 * scripted, and with the figures of two models exchanged the verdict is the other one.
 */
#include <math.h>
#include <string.h>

#include "harness/demo/claims.h"
#include "harness/measure/draft.h"
#include "tests/suite.h"

/* Rates of models, as the script has them; the second table is the first with two exchanged. */
struct speed {
	const char *model;
	double rate;
};
static const struct speed usual[] = {
	{"async", 1000e3}, {"threads", 100e3}, {"processes", 10e3}, {NULL, 0}};
static const struct speed exchanged[] = {
	{"async", 100e3}, {"threads", 1000e3}, {"processes", 10e3}, {NULL, 0}};
static const struct speed alike[] = {
	{"async", 500e3}, {"threads", 100e3}, {"processes", 20e3}, {NULL, 0}};
static const struct speed *speeds;
static double spread;
static int invocations;

static int scripted(const struct plan *plan, struct record *record)
{
	memset(record, 0, sizeof(*record));
	record->status = STATUS_OK;
	record->window.ns = 1000000000;
	for (const struct speed *speed = speeds; speed->model != NULL; speed++)
		if (strcmp(speed->model, plan->draft.model->name) == 0)
			record->work.operations =
				(uint64_t)(speed->rate * (1 + spread * (invocations % 3 - 1)));
	invocations++;
	return 0;
}

static enum demo_verdict verdict_of(const char *name, const struct speed *table, double scatter)
{
	const struct demo_setting setting = {.smoke = false, .invoke = scripted};
	struct demo_result result = {.demo = demo_find(name)};

	speeds = table;
	spread = scatter;
	ck_assert_ptr_nonnull(result.demo);
	ck_assert_int_eq(claim_run(&result, &setting), 0);
	demo_release(&result);
	return result.verdict;
}

START_TEST(the_verdict_flips_when_two_models_are_exchanged)
{
	ck_assert_int_eq(verdict_of("start-cost", usual, 0), DEMO_HOLDS);
	ck_assert_int_eq(verdict_of("start-cost", exchanged, 0), DEMO_FAILS);
}
END_TEST

START_TEST(what_lies_across_the_bound_is_undecided)
{
	ck_assert_int_eq(verdict_of("start-cost", alike, 0.1), DEMO_UNDECIDED);
}
END_TEST

START_TEST(two_pairs_decide_nothing)
{
	const struct demo_setting setting = {.smoke = true, .invoke = scripted};
	struct demo_result result = {.demo = demo_find("start-cost")};

	speeds = usual;
	spread = 0;
	ck_assert_int_eq(claim_run(&result, &setting), 0);
	ck_assert_int_eq(result.verdict, DEMO_UNDECIDED);
	ck_assert_int_eq(result.figures_count, 4);
	demo_release(&result);
}
END_TEST

static int impossible(const struct plan *plan, struct record *record)
{
	(void)plan;
	memset(record, 0, sizeof(*record));
	record->status = STATUS_LIMIT;
	strcpy(record->reason, "RLIMIT_NPROC 64 reached");
	return 0;
}

START_TEST(a_limit_of_the_machine_is_no_verdict_on_the_claim)
{
	const struct demo_setting setting = {.invoke = impossible};
	struct demo_result result = {.demo = demo_find("memory")};

	ck_assert_int_eq(claim_run(&result, &setting), 0);
	ck_assert_int_eq(result.verdict, DEMO_NOT_HERE);
	ck_assert_ptr_nonnull(strstr(result.measured, "RLIMIT_NPROC 64 reached"));
	demo_release(&result);
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

START_TEST(every_claim_has_tests_and_every_test_names_what_exists)
{
	for (const struct demo *demo = demo_claims; demo->name != NULL; demo++) {
		int tests = 0;
		for (const struct claim_test *test = claim_tests; test->claim != NULL; test++)
			tests += strcmp(test->claim, demo->name) == 0;
		ck_assert_msg(tests > 0, "%s has no test", demo->name);
		ck_assert_msg(demo->seconds <= 10, "%s takes too long", demo->name);
		ck_assert_ptr_eq(demo_find(demo->name), demo);
	}
	for (const struct claim_test *test = claim_tests; test->claim != NULL; test++) {
		const struct claim_cell *cells[] = {&test->a, &test->b};
		ck_assert_ptr_nonnull(demo_find(test->claim));
		for (int i = 0; i < 2 && cells[i]->workload != NULL; i++) {
			struct plan plan;
			const struct workload *workload = workload_find(cells[i]->workload);
			ck_assert_ptr_nonnull(workload);
			ck_assert_msg(draft_plan(&plan, workload, cells[i]->model, KIND_TIME,
					      cells[i]->params) == 0,
				"%s: %s/%s has another parameter", test->claim, cells[i]->workload,
				cells[i]->model);
		}
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("claims");
	TCase *c = tcase_create("claims");

	tcase_add_test(c, the_verdict_flips_when_two_models_are_exchanged);
	tcase_add_test(c, what_lies_across_the_bound_is_undecided);
	tcase_add_test(c, two_pairs_decide_nothing);
	tcase_add_test(c, a_limit_of_the_machine_is_no_verdict_on_the_claim);
	tcase_add_test(c, an_interval_is_judged_as_a_whole);
	tcase_add_test(c, every_claim_has_tests_and_every_test_names_what_exists);
	suite_add_tcase(s, c);
	return s;
}
