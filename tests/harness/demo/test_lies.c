/*
 * Each lie at its smoke size: the wrong figure differs from the right one as its explanation says.
 * Those that wait a second for the kernel's timers are in long_lies.c.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/demo/demo.h"
#include "tests/harness/demo/lies_tried.h"
#include "tests/suite.h"

START_TEST(every_lie_is_tried)
{
	for (const struct demo *lie = demo_lies; lie->name != NULL; lie++)
		ck_assert_msg(lies_tried(lie->name), "%s is in no test", lie->name);
}
END_TEST

START_TEST(the_wrong_figure_is_wrong_as_predicted)
{
	const struct demo_setting small = {.smoke = true, .invoke = demo_usual.invoke};
	struct demo_result result;
	bool has[DEMO_ROLES] = {false};

	ck_assert_int_eq(demo_run(demo_find(lies_quick[_i]), &small, &result), 0);
	/* only this one's figures are wall time, which others may stretch */
	bool stretched = strcmp(lies_quick[_i], "nagle") == 0 && result.verdict == DEMO_UNDECIDED;
	ck_assert_msg(stretched || result.verdict == DEMO_HOLDS, "%s: expected %s, measured %s",
		lies_quick[_i], result.expected, result.measured);
	for (int i = 0; i < result.figures_count; i++)
		has[result.figures[i].role] = true;
	ck_assert(has[DEMO_WRONG] && has[DEMO_RIGHT]);
	demo_release(&result);
}
END_TEST

/* An echo that takes what it takes, wherever its load runs, and is never stopped. */
static int always_alike(const struct plan *plan, struct record *record)
{
	struct histogram histogram = {0};

	(void)plan;
	histogram.counts[histogram_bucket(50000)] = 1000;
	*record = (struct record){.window = {.ns = 1000000000, .cpu_ns = 500000000}};
	record->window.load_cpu_ns = 500000000;
	record->work.operations = 100000;
	record->latency = calloc(1, sizeof(*record->latency));
	record->latency->present = record->latency->has_corrected = 1;
	record->latency->closed = record->latency->corrected = histogram;
	record->latency->max_ns = record->latency->corrected_max_ns = 50000;
	return 0;
}

START_TEST(where_the_wrong_figure_is_no_other_the_lie_does_not_hold)
{
	static const char *const measured[] = {"closed-loop", "same-cpu"};
	const struct demo_setting pretended = {.smoke = true, .invoke = always_alike};
	const struct demo *demo = demo_find(measured[_i]);
	struct demo_result result = {0};

	ck_assert_int_eq(demo->run(&result, &pretended), 0);
	ck_assert(result.verdict == DEMO_FAILS || result.verdict == DEMO_NOT_HERE);
	demo_release(&result);
}
END_TEST

/* Twice as fast on two CPUs; the first of each is slowed by others on the machine. */
static int is_slowed_at_first(const struct plan *plan, struct record *record)
{
	static int calls;
	bool same = CPU_EQUAL(&plan->draft.sut_cpus, &plan->draft.load_cpus);
	bool slowed = calls++ < 2;

	*record = (struct record){.window = {.ns = 1000000000, .cpu_ns = 500000000}};
	record->work.operations = (same ? 50000 : 100000) / (slowed ? 5 : 1);
	record->window.cpu_ns = record->work.operations * 10000;
	record->window.load_cpu_ns = record->work.operations * 10000;
	return 0;
}

START_TEST(the_same_cpu_is_slower_whatever_others_did_meanwhile)
{
	const struct demo_setting slowed = {.smoke = true, .invoke = is_slowed_at_first};
	struct demo_result result = {0};

	ck_assert_int_eq(demo_find("same-cpu")->run(&result, &slowed), 0);
	if (result.verdict != DEMO_NOT_HERE)
		ck_assert_int_eq(result.verdict, DEMO_HOLDS);
	demo_release(&result);
}
END_TEST

static int is_disturbed(const struct plan *plan, struct record *record)
{
	(void)plan;
	*record = (struct record){.status = STATUS_DISTURBED};
	return 0;
}

START_TEST(what_cannot_be_measured_just_now_is_undecided)
{
	const struct demo_setting disturbed = {.smoke = true, .invoke = is_disturbed};
	struct demo_result result;

	ck_assert_int_eq(demo_run(demo_find("closed-loop"), &disturbed, &result), 0);
	ck_assert_int_eq(result.verdict, DEMO_UNDECIDED);
	ck_assert_str_eq(
		result.measured, "the server could not be measured on this machine just now");
	demo_release(&result);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("demo/lies");
	TCase *tcase = tcase_create("lies");

	tcase_add_test(tcase, every_lie_is_tried);
	tcase_add_loop_test(tcase, the_wrong_figure_is_wrong_as_predicted, 0, LIES_QUICK);
	tcase_add_loop_test(tcase, where_the_wrong_figure_is_no_other_the_lie_does_not_hold, 0, 2);
	tcase_add_test(tcase, the_same_cpu_is_slower_whatever_others_did_meanwhile);
	tcase_add_test(tcase, what_cannot_be_measured_just_now_is_undecided);
	suite_add_tcase(s, tcase);
	return s;
}
