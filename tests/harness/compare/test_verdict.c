/*
 * The decision on simulated noise with fixed seeds: how often it cries wolf, and how often it finds
 * the wolf.
 */
#include <math.h>
#include <string.h>

#include "harness/compare/verdict.h"
#include "harness/run/random.h"
#include "harness/stats/power.h"
#include "tests/suite.h"

enum { PAIRS = 10, QUADS = 29 };

static uint64_t state;
static double values[PAIRS][QUADS];
static struct finding findings[PAIRS];

static double uniform(void)
{
	return ((double)(random_next(&state) >> 11) + 0.5) * 0x1p-53;
}

/* Normal noise; now and then a placement far away on either side, as quads have it. */
static double noise(double sigma)
{
	double value = sigma * normal_quantile(uniform());

	if (uniform() < 0.1)
		value += uniform() < 0.5 ? -0.3 : 0.3;
	return value;
}

/* One comparison of PAIRS pairs; the first is slower by `effect`. */
static void simulate(double effect, double sigma, int n)
{
	memset(findings, 0, sizeof(findings));
	for (int i = 0; i < PAIRS; i++) {
		for (int j = 0; j < n; j++)
			values[i][j] = noise(sigma) + (i == 0 ? log1p(effect) : 0);
		findings[i] = (struct finding){.values = values[i],
			.n = n,
			.ratio = true,
			.gated = true,
			.margin = 0.02,
			.target = 0.05};
	}
	ck_assert_int_eq(verdict_judge(findings, PAIRS), 0);
}

static int count(enum verdict verdict)
{
	int found = 0;

	for (int i = 0; i < PAIRS; i++)
		found += findings[i].verdict == verdict;
	return found;
}

START_TEST(without_a_difference_hardly_any_comparison_alarms)
{
	int alarms = 0;

	state = 1;
	for (int i = 0; i < 300; i++) {
		simulate(0, 0.03, 20);
		alarms += count(VERDICT_REGRESSED) > 0;
	}
	ck_assert_int_le(alarms, 1);
}
END_TEST

/* The null itself: as slow as is tolerated, in all pairs at once. */
START_TEST(at_the_margin_itself_the_family_errs_at_most_as_often_as_it_may)
{
	int alarms = 0;

	state = 2;
	for (int i = 0; i < 120; i++) {
		simulate(0, 0.03, 20);
		for (int j = 0; j < PAIRS; j++)
			for (int k = 0; k < 20; k++)
				values[j][k] += log1p(0.02);
		ck_assert_int_eq(verdict_judge(findings, PAIRS), 0);
		alarms += count(VERDICT_REGRESSED) > 0;
	}
	/* 1 % of 120, and three standard deviations */
	ck_assert_int_le(alarms, 5);
}
END_TEST

START_TEST(the_target_is_found_with_the_planned_number_of_quads)
{
	int found = 0;

	state = 3;
	for (int i = 0; i < 100; i++) {
		simulate(0.05, 0.015, QUADS);
		found += findings[0].verdict == VERDICT_REGRESSED;
		for (int j = 1; j < PAIRS; j++)
			ck_assert_int_ne(findings[j].verdict, VERDICT_REGRESSED);
	}
	ck_assert_int_ge(found, 90);
}
END_TEST

START_TEST(faster_is_improved_and_the_others_equivalent)
{
	state = 4;
	simulate(-0.05, 0.005, QUADS);
	ck_assert_int_eq(findings[0].verdict, VERDICT_IMPROVED);
	ck_assert_int_eq(count(VERDICT_EQUIVALENT), PAIRS - 1);
	ck_assert(interval_contains(&findings[0].change, -0.05));
}
END_TEST

START_TEST(too_few_or_too_noisy_quads_are_inconclusive_and_say_what_is_missing)
{
	state = 5;
	simulate(0, 0.01, 4);
	ck_assert_int_eq(count(VERDICT_INCONCLUSIVE), PAIRS);
	ck_assert(isinf(findings[0].upper) && isinf(findings[0].detectable));
	simulate(0, 0.2, 12);
	ck_assert_int_eq(findings[1].verdict, VERDICT_INCONCLUSIVE);
	ck_assert_int_gt(findings[1].needed, 12);
	ck_assert_double_gt(findings[1].detectable, 0.05);
	findings[0].n = 0;
	ck_assert_int_eq(verdict_judge(findings, PAIRS), 0);
	ck_assert_int_eq(findings[0].verdict, VERDICT_INCONCLUSIVE);
	ck_assert_int_eq(findings[0].needed, POWER_N_MAX);
}
END_TEST

START_TEST(the_width_of_two_modes_is_not_that_of_the_fuller_one)
{
	double modes[QUADS];
	struct finding finding = {.values = modes,
		.n = 20,
		.ratio = true,
		.gated = true,
		.margin = 0.02,
		.target = 0.05};

	for (int i = 0; i < 20; i++)
		modes[i] = i < 14 ? 0.03 : -0.03;
	ck_assert(!verdict_is_narrow(&finding, 1));
	for (int i = 0; i < 20; i++)
		modes[i] = 0.03 + (i % 2 == 0 ? 0.01 : 0);
	ck_assert(verdict_is_narrow(&finding, 1));
	/* no interval at all */
	finding.n = 4;
	ck_assert(!verdict_is_narrow(&finding, 1));
}
END_TEST

START_TEST(what_does_not_gate_leaves_the_family_alone)
{
	state = 6;
	simulate(0.05, 0.01, 10);
	double together = findings[0].p;
	for (int i = 1; i < PAIRS; i++)
		findings[i].gated = false;
	ck_assert_int_eq(verdict_judge(findings, PAIRS), 0);
	ck_assert_double_eq_tol(findings[0].p * PAIRS, fmin(together, 1), 1e-9);
}
END_TEST

START_TEST(a_difference_is_judged_in_points)
{
	static const double stalls[] = {0.10, 0.11, 0.09, 0.12, 0.10, 0.10, 0.11, 0.09, 0.10, 0.1};
	struct finding finding = {
		.values = stalls, .n = 10, .gated = true, .margin = 0.02, .target = 0.05};

	ck_assert_int_eq(verdict_judge(&finding, 1), 0);
	ck_assert_int_eq(finding.verdict, VERDICT_REGRESSED);
	ck_assert_double_eq_tol(finding.change.middle, 0.10, 1e-12);
	ck_assert_double_eq_tol(finding.p, 1.0 / 1024, 1e-12);
}
END_TEST

START_TEST(a_plan_keeps_the_pilot_and_adds_a_reserve)
{
	state = 7;
	simulate(0, 0.03, 12);
	int planned = verdict_plan(&findings[0], PAIRS);
	ck_assert_int_ge(planned, 12);
	ck_assert_int_eq(
		planned, findings[0].needed * 1.3 > 12 ? (int)ceil(findings[0].needed * 1.3) : 12);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("compare/verdict");
	TCase *judge = tcase_create("judge");

	tcase_set_timeout(judge, 60);
	tcase_add_test(judge, without_a_difference_hardly_any_comparison_alarms);
	tcase_add_test(judge, at_the_margin_itself_the_family_errs_at_most_as_often_as_it_may);
	tcase_add_test(judge, the_target_is_found_with_the_planned_number_of_quads);
	tcase_add_test(judge, faster_is_improved_and_the_others_equivalent);
	tcase_add_test(judge, too_few_or_too_noisy_quads_are_inconclusive_and_say_what_is_missing);
	tcase_add_test(judge, the_width_of_two_modes_is_not_that_of_the_fuller_one);
	tcase_add_test(judge, what_does_not_gate_leaves_the_family_alone);
	tcase_add_test(judge, a_difference_is_judged_in_points);
	tcase_add_test(judge, a_plan_keeps_the_pilot_and_adds_a_reserve);
	suite_add_tcase(suite, judge);
	return suite;
}
