/*
 * Recorders with a fault each; the line sees it.
 */
#include "tests/harness/selftest/scripted.h"
#include "tests/suite.h"

static uint64_t recorded;

/* One bucket too high. */
static void is_off_by_one(struct lane *lane, uint64_t ns)
{
	lane->histogram.counts[histogram_bucket(ns) + 1]++;
}

static void is_one_too_low(struct lane *lane, uint64_t ns)
{
	lane->histogram.counts[histogram_bucket(ns) - 1]++;
}

static void drops_one(struct lane *lane, uint64_t ns)
{
	if (++recorded != 5000)
		lane_record(lane, ns);
}

START_TEST(the_real_histogram_is_within_its_bound)
{
	ck_assert_int_eq(verdict_of(check_histogram, &selftest_subjects, 0), LINE_OK);
}
END_TEST

START_TEST(a_recorder_with_a_fault_fails_its_line)
{
	void (*const faults[])(struct lane *, uint64_t) = {
		is_off_by_one, is_one_too_low, drops_one};
	struct subjects subjects = selftest_subjects;

	subjects.record = faults[_i];
	ck_assert_int_eq(verdict_of(check_histogram, &subjects, 0), LINE_FAILED);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("selftest/histogram");
	TCase *tcase = tcase_create("histogram");

	tcase_add_test(tcase, the_real_histogram_is_within_its_bound);
	tcase_add_loop_test(tcase, a_recorder_with_a_fault_fails_its_line, 0, 3);
	suite_add_tcase(s, tcase);
	return s;
}
