/*
 * A generator that is late and is not found out, and delays that come back as others: the lines see
 * them.
 */
#include "harness/load/draw.h"
#include "tests/harness/selftest/scripted.h"
#include "tests/suite.h"

static double factor;
static char reason[100];

/* A generator that says nothing of its own lateness, or something else. */
static int says(const struct plan *plan, struct record *record)
{
	(void)plan;
	*record = (struct record){.status = reason[0] != '\0' ? STATUS_INVALID : STATUS_OK};
	snprintf(record->reason, sizeof(record->reason), "%s", reason);
	return 0;
}

/* Two warm rounds and twenty that count, of delays that are the drawn ones times a factor. */
static int stretches(const struct plan *plan, struct record *record)
{
	int64_t distribution = planned(plan, "distribution"), delay = planned(plan, "delay");
	struct lane lane = {0};

	*record = (struct record){.seed = 42};
	record->work.tasks = (uint64_t)planned(plan, "tasks");
	record->work.rounds = plan->draft.rounds;
	record->work.warm_rounds = 2;
	for (uint64_t number = 3; number < 3 + record->work.rounds; number++)
		for (uint32_t task = 0; task < record->work.tasks; task++) {
			uint64_t ns = draw_duration((enum draw_distribution)distribution,
				(uint64_t)delay, record->seed, draw_request_id(task, number));
			lane_record(&lane, (uint64_t)(factor * (double)ns));
		}
	pretend_latency(record, 1);
	record->latency->closed = lane.histogram;
	record->latency->max_ns = lane.max_ns;
	return 0;
}

START_TEST(a_generator_that_is_slowed_is_found_out)
{
	struct line line = {.verdict = LINE_NOT_HERE};

	/* nothing that others do can make a late one look punctual, but an invocation beside them
	   can be no good for another reason first: the self-test, too, tries a line three times */
	for (int i = 0; i < 3 && line.verdict != LINE_OK; i++) {
		line = (struct line){.verdict = LINE_NOT_HERE};
		check_slow_generator(&line, &selftest_subjects, 0);
		ck_assert_msg(strncmp(line.measured, "ok", 2) != 0, "%s", line.measured);
	}
	ck_assert_msg(line.verdict == LINE_OK, "%s", line.measured);
}
END_TEST

START_TEST(a_generator_that_hides_its_lateness_fails)
{
	reason[0] = '\0';
	ck_assert_int_eq(verdict_with(check_slow_generator, says, 0), LINE_FAILED);
	snprintf(reason, sizeof(reason), "the listen backlog overflowed 1 times");
	ck_assert_int_eq(verdict_with(check_slow_generator, says, 0), LINE_FAILED);
	snprintf(reason, sizeof(reason), "p50 n/a: the generator was late by 1 us in the median");
	ck_assert_int_eq(verdict_with(check_slow_generator, says, 0), LINE_OK);
}
END_TEST

START_TEST(delays_that_come_back_as_drawn_are_right)
{
	factor = 1;
	ck_assert_int_eq(verdict_with(check_delays, stretches, _i), LINE_OK);
}
END_TEST

START_TEST(delays_that_come_back_three_percent_off_fail)
{
	factor = 1.03;
	ck_assert_int_eq(verdict_with(check_delays, stretches, _i), LINE_FAILED);
	factor = 0.96; /* the bucket's upper edge gives back up to 0.8 % */
	ck_assert_int_eq(verdict_with(check_delays, stretches, _i), LINE_FAILED);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("selftest/load");
	TCase *tcase = tcase_create("load");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_generator_that_is_slowed_is_found_out);
	tcase_add_test(tcase, a_generator_that_hides_its_lateness_fails);
	tcase_add_loop_test(
		tcase, delays_that_come_back_as_drawn_are_right, DRAW_FIXED, DRAW_BIMODAL + 1);
	tcase_add_loop_test(
		tcase, delays_that_come_back_three_percent_off_fail, DRAW_FIXED, DRAW_BIMODAL + 1);
	suite_add_tcase(s, tcase);
	return s;
}
