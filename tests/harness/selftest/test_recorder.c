/*
 * What recording costs: lines told of costs that are too high fail.
 */
#include <errno.h>

#include "harness/selftest/recorder.h"
#include "tests/harness/selftest/scripted.h"
#include "tests/suite.h"

static double ratio, near_ns;

static int overhead(struct overhead *found)
{
	*found = (struct overhead){.ratio = ratio, .low = ratio, .high = ratio, .pairs = 1};
	return ratio > 0 ? 0 : -ENOMEM;
}

/* Slots a page apart take 1 ns. */
static double two_writers_ns(size_t stride_bytes)
{
	return stride_bytes <= sizeof(struct slot) ? near_ns : 1;
}

START_TEST(a_sample_that_costs_too_much_fails_its_line)
{
	struct subjects subjects = selftest_subjects;

	subjects.overhead = overhead;
	ratio = 1.2;
	ck_assert_int_eq(verdict_of(check_overhead, &subjects, 0), LINE_OK);
	ratio = 1.31;
	ck_assert_int_eq(verdict_of(check_overhead, &subjects, 0), LINE_FAILED);
	ratio = -1;
	ck_assert_int_eq(verdict_of(check_overhead, &subjects, 0), LINE_FAILED);
}
END_TEST

START_TEST(slots_that_share_a_cache_line_fail_their_line)
{
	struct subjects subjects = selftest_subjects;

	subjects.two_writers_ns = two_writers_ns;
	near_ns = 1.1;
	ck_assert_int_eq(verdict_of(check_false_sharing, &subjects, 0), LINE_OK);
	near_ns = 3;
	ck_assert_int_eq(verdict_of(check_false_sharing, &subjects, 0), LINE_FAILED);
	near_ns = -1; /* no second thread: nothing was measured */
	ck_assert_int_eq(verdict_of(check_false_sharing, &subjects, 0), LINE_FAILED);
}
END_TEST

START_TEST(two_writers_count_and_leave_the_cpus_as_they_were)
{
	cpu_set_t before, after;

	sched_getaffinity(0, sizeof(before), &before);
	ck_assert(recorder_two_writers_ns(sizeof(struct slot)) > 0);
	sched_getaffinity(0, sizeof(after), &after);
	ck_assert(CPU_EQUAL(&before, &after));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("selftest/recorder");
	TCase *tcase = tcase_create("recorder");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_sample_that_costs_too_much_fails_its_line);
	tcase_add_test(tcase, slots_that_share_a_cache_line_fail_their_line);
	tcase_add_test(tcase, two_writers_count_and_leave_the_cpus_as_they_were);
	suite_add_tcase(s, tcase);
	return s;
}
