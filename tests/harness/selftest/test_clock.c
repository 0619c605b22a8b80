/*
 * Clocks with a fault each; the line sees it.
 */
#include "tests/harness/selftest/scripted.h"
#include "tests/suite.h"

static uint64_t readings;

static uint64_t steps_back(void)
{
	return clock_now_ns() - (++readings == 1000 ? 1000000 : 0);
}

static uint64_t is_coarse(void)
{
	return clock_now_ns() / 4000 * 4000;
}

/* Steps of 50 ns, but every other reading takes 3 us. */
static uint64_t is_slow(void)
{
	static uint64_t now_ns;

	return now_ns += ++readings % 2 == 0 ? 3000 : 50;
}

static uint64_t jumps(void)
{
	return clock_now_ns() + (clock_now_ns() > readings ? 5000000 : 0);
}

static uint64_t runs_fast(void)
{
	return clock_now_ns() / 100 * 101;
}

START_TEST(the_real_clock_goes_forward_at_the_right_speed)
{
	struct line line;

	check_clock_steps(&line, &selftest_subjects, 0);
	ck_assert_msg(strncmp(line.measured, "0 steps back", 12) == 0, "%s", line.measured);
	ck_assert_int_eq(verdict_of(check_clock_rate, &selftest_subjects, 0), LINE_OK);
}
END_TEST

START_TEST(a_clock_with_a_fault_fails_its_line)
{
	struct subjects subjects = selftest_subjects;

	subjects.now_ns = steps_back;
	ck_assert_int_eq(verdict_of(check_clock_steps, &subjects, 0), LINE_FAILED);
	subjects.now_ns = is_coarse;
	ck_assert_int_eq(verdict_of(check_clock_steps, &subjects, 0), LINE_FAILED);
	subjects.now_ns = is_slow;
	ck_assert_int_eq(verdict_of(check_clock_steps, &subjects, 0), LINE_FAILED);
	readings = clock_now_ns() + 100000000; /* in the middle of the wait */
	subjects.now_ns = jumps;
	ck_assert_int_eq(verdict_of(check_clock_rate, &subjects, 0), LINE_FAILED);
	subjects.now_ns = runs_fast;
	ck_assert_int_eq(verdict_of(check_clock_rate, &subjects, 0), LINE_FAILED);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("selftest/clock");
	TCase *tcase = tcase_create("clock");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, the_real_clock_goes_forward_at_the_right_speed);
	tcase_add_test(tcase, a_clock_with_a_fault_fails_its_line);
	suite_add_tcase(s, tcase);
	return s;
}
