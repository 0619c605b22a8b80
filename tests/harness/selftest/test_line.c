/*
 * The run of a check: when it is tried again, and when a failure is no verdict.
 */
#include "tests/harness/selftest/scripted.h"
#include "tests/suite.h"

static int runs, passes_at;
static double taken[3];
static uint64_t now_ns;
static int took_s;

static uint64_t scripted_now(void)
{
	return now_ns;
}

static void fails_for_a_while(struct line *line, const struct subjects *subjects, int variant)
{
	(void)subjects;
	ck_assert_int_eq(variant, 7);
	line_measured(line, "run %d", runs);
	now_ns += (uint64_t)took_s * 1000000000u;
	line_judge(line, runs++ == passes_at);
}

static double scripted_others(const struct calm *begin)
{
	ck_assert_uint_gt(begin->wall_ns, 0);
	return runs <= 3 ? taken[runs - 1] : 0;
}

static struct patience patient(void)
{
	struct patience patience;

	patience_begin(&patience, "no such part"); /* nothing else is to come */
	/* the same spans on the scripted clock */
	patience.until_ns -= clock_now_ns();
	patience.now_ns = scripted_now;
	now_ns = 0;
	return patience;
}

static enum line_verdict run(bool is_computed, struct line *line)
{
	const struct check check = {"part", "subject", fails_for_a_while, 7, is_computed, 0};
	struct subjects subjects = selftest_subjects;
	struct patience patience = patient();

	subjects.others = scripted_others;
	runs = 0;
	selftest_run(&check, &subjects, &patience, line);
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

static enum line_verdict run_late(bool is_computed, int begin_s, struct line *line)
{
	const struct check check = {"part", "subject", fails_for_a_while, 7, is_computed, 10};
	struct subjects subjects = selftest_subjects;
	struct patience patience = patient();

	subjects.others = scripted_others;
	runs = 0;
	now_ns = (uint64_t)begin_s * 1000000000u;
	selftest_run(&check, &subjects, &patience, line);
	return line->verdict;
}

START_TEST(a_line_that_would_end_too_late_does_not_begin)
{
	struct line line;

	passes_at = 0;
	taken[0] = 0;
	ck_assert_int_eq(run_late(false, 100, &line), LINE_OK);
	ck_assert_int_eq(run_late(false, 110, &line), LINE_UNDECIDED);
	ck_assert_int_eq(runs, 0);
	ck_assert_str_eq(line.measured, "nothing: the lines before took too long");
	/* arithmetic takes no time */
	ck_assert_int_eq(run_late(true, 110, &line), LINE_OK);
}
END_TEST

START_TEST(what_is_long_is_not_tried_for_ever)
{
	struct line line;

	passes_at = -1;
	taken[0] = taken[1] = taken[2] = 0;
	took_s = 30;
	ck_assert_int_eq(run(false, &line), LINE_FAILED);
	ck_assert_int_eq(runs, 3);
	took_s = 50;
	ck_assert_int_eq(run(false, &line), LINE_FAILED);
	ck_assert_int_eq(runs, 2);
	took_s = 60;
	ck_assert_int_eq(run(false, &line), LINE_FAILED);
	ck_assert_int_eq(runs, 1);
}
END_TEST

static int check_seconds;

static void fails_slowly(struct line *line, const struct subjects *subjects, int variant)
{
	(void)subjects;
	(void)variant;
	now_ns += (uint64_t)check_seconds * 1000000000u;
	line_judge(line, false);
}

/* With every line failing every time, the whole of it. */
START_TEST(the_worst_case_ends_within_two_minutes_and_every_line_had_its_try)
{
	struct subjects subjects = selftest_subjects;
	struct patience patience = patient(), whole;

	patience_begin(&whole, NULL);
	patience.first_ns = whole.first_ns;
	ck_assert_uint_gt(whole.first_ns, 60000000000u);
	subjects.others = scripted_others;
	runs = 1;
	for (const struct check *check = selftest_checks; check->part != NULL; check++) {
		struct check failing = *check;
		struct line line;

		failing.run = fails_slowly;
		check_seconds = check->seconds;
		selftest_run(&failing, &subjects, &patience, &line);
		ck_assert_int_eq(line.verdict, LINE_FAILED);
	}
	ck_assert_uint_le(now_ns, 120000000000u);
	ck_assert_uint_eq(patience.first_ns, 0);
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
	tcase_add_test(tcase, a_line_that_would_end_too_late_does_not_begin);
	tcase_add_test(tcase, what_is_long_is_not_tried_for_ever);
	tcase_add_test(tcase, the_worst_case_ends_within_two_minutes_and_every_line_had_its_try);
	suite_add_tcase(s, tcase);
	return s;
}
