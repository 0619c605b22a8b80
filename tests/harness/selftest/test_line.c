/*
 * The run of a check: when it is tried again, and when a failure is no verdict.
 */
#include "tests/harness/selftest/scripted.h"
#include "tests/suite.h"

static int runs, passes_at;
static double taken[3];

static void fails_for_a_while(struct line *line, const struct subjects *subjects, int variant)
{
	(void)subjects;
	ck_assert_int_eq(variant, 7);
	line_measured(line, "run %d", runs);
	line_judge(line, runs++ == passes_at);
}

static double scripted_others(const struct calm *begin)
{
	ck_assert_uint_gt(begin->wall_ns, 0);
	return taken[runs - 1];
}

static enum line_verdict run(bool is_computed, struct line *line)
{
	const struct check check = {"part", "subject", fails_for_a_while, 7, is_computed};
	struct subjects subjects = selftest_subjects;

	subjects.others = scripted_others;
	runs = 0;
	selftest_run(&check, &subjects, line);
	return line->verdict;
}

START_TEST(a_failure_on_a_calm_machine_stays_one)
{
	struct line line;

	passes_at = -1;
	taken[0] = taken[1] = taken[2] = 0.05;
	ck_assert_int_eq(run(false, &line), LINE_FAILED);
	ck_assert_int_eq(runs, 3);
	ck_assert_str_eq(line.measured, "run 2");
	/* one of the three was calm: enough to believe it */
	taken[0] = taken[2] = 0.9;
	ck_assert_int_eq(run(false, &line), LINE_FAILED);
}
END_TEST

START_TEST(a_failure_while_others_use_the_cpus_is_undecided)
{
	struct line line;

	passes_at = -1;
	taken[0] = taken[1] = 0.8;
	taken[2] = 0.25;
	ck_assert_int_eq(run(false, &line), LINE_UNDECIDED);
	ck_assert_str_eq(line.measured, "run 2 (others used 25 % of the CPUs)");
}
END_TEST

START_TEST(what_is_computed_has_no_excuse_and_one_try)
{
	struct line line;

	passes_at = 1;
	taken[0] = 1;
	ck_assert_int_eq(run(true, &line), LINE_FAILED);
	ck_assert_int_eq(runs, 1);
}
END_TEST

START_TEST(what_passes_at_last_is_passed)
{
	struct line line;

	passes_at = 2;
	taken[0] = taken[1] = taken[2] = 0;
	ck_assert_int_eq(run(false, &line), LINE_OK);
	ck_assert_int_eq(runs, 3);
}
END_TEST

START_TEST(of_the_real_checks_only_arithmetic_is_without_excuse)
{
	for (const struct check *check = selftest_checks; check->part != NULL; check++)
		ck_assert_int_eq(check->is_computed, strcmp(check->part, "histogram") == 0 ||
							     strcmp(check->part, "ledger") == 0 ||
							     strcmp(check->part, "coverage") == 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("selftest/line");
	TCase *tcase = tcase_create("line");

	tcase_add_test(tcase, a_failure_on_a_calm_machine_stays_one);
	tcase_add_test(tcase, a_failure_while_others_use_the_cpus_is_undecided);
	tcase_add_test(tcase, what_is_computed_has_no_excuse_and_one_try);
	tcase_add_test(tcase, what_passes_at_last_is_passed);
	tcase_add_test(tcase, of_the_real_checks_only_arithmetic_is_without_excuse);
	suite_add_tcase(s, tcase);
	return s;
}
