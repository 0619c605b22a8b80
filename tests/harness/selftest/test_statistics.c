/*
 * Intervals and a ledger with a fault each; the line sees it.
 */
#include "harness/report/ledger.h"
#include "tests/harness/selftest/scripted.h"
#include "tests/suite.h"

/* Too narrow by a rank at each end, as an off-by-one would make it. */
static struct interval is_too_narrow(const double *values, int n, double confidence)
{
	struct interval interval = interval_median(values, n, confidence);
	double width = interval.high - interval.low;

	interval.low += width / 8;
	interval.high -= width / 8;
	return interval;
}

static struct interval is_too_wide(const double *values, int n, double confidence)
{
	struct interval interval = interval_median(values, n, confidence);

	interval.low = 0;
	interval.high *= 2;
	return interval;
}

/* All points in one pot: those of a block are taken for independent. */
static struct interval forgets_the_blocks(const struct fit_point *points, int n, double confidence)
{
	struct interval interval = fit_slopes(points, n, confidence);
	double half = (interval.high - interval.low) / 4;

	interval.low = interval.middle - half / 1.7;
	interval.high = interval.middle + half / 1.7;
	return interval;
}

/* Bytes over tasks, with what is paid once still in them. */
static struct interval divides(const struct fit_point *points, int n, double confidence)
{
	struct interval interval = fit_slopes(points, n, confidence);
	double off = 1e6 / points[0].x;

	interval.low += off;
	interval.high += off;
	return interval;
}

static const char *is_blind(const struct record *a, const struct record *b)
{
	(void)a;
	(void)b;
	return NULL;
}

static const char *trusts_the_checksum(const struct record *a, const struct record *b)
{
	const char *found = ledger_difference(a, b);

	return found != NULL && strcmp(found, "checksum") == 0 ? NULL : found;
}

static const char *refuses_everybody(const struct record *a, const struct record *b)
{
	const char *found = ledger_difference(a, b);

	return found != NULL ? found : "operations";
}

START_TEST(the_real_ones_pass)
{
	ck_assert_int_eq(verdict_of(check_coverage, &selftest_subjects, 9), LINE_OK);
	ck_assert_int_eq(verdict_of(check_coverage, &selftest_subjects, 20), LINE_OK);
	ck_assert_int_eq(verdict_of(check_fit, &selftest_subjects, 0), LINE_OK);
	ck_assert_int_eq(verdict_of(check_ledger, &selftest_subjects, 0), LINE_OK);
}
END_TEST

START_TEST(a_fit_with_a_fault_fails)
{
	struct subjects subjects = selftest_subjects;

	subjects.slopes = forgets_the_blocks;
	ck_assert_int_eq(verdict_of(check_fit, &subjects, 0), LINE_FAILED);
	subjects.slopes = divides;
	ck_assert_int_eq(verdict_of(check_fit, &subjects, 0), LINE_FAILED);
}
END_TEST

START_TEST(intervals_that_cover_too_little_or_too_much_fail)
{
	struct subjects subjects = selftest_subjects;

	subjects.interval = _i == 0 ? is_too_narrow : is_too_wide;
	ck_assert_int_eq(verdict_of(check_coverage, &subjects, 9), LINE_FAILED);
	ck_assert_int_eq(verdict_of(check_coverage, &subjects, 20), LINE_FAILED);
}
END_TEST

START_TEST(a_ledger_that_misses_a_cheater_or_refuses_an_honest_one_fails)
{
	const char *(*const faults[])(const struct record *, const struct record *) = {
		is_blind, trusts_the_checksum, refuses_everybody};
	struct subjects subjects = selftest_subjects;

	subjects.difference = faults[_i];
	ck_assert_int_eq(verdict_of(check_ledger, &subjects, 0), LINE_FAILED);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("selftest/statistics");
	TCase *tcase = tcase_create("statistics");

	tcase_add_test(tcase, the_real_ones_pass);
	tcase_add_test(tcase, a_fit_with_a_fault_fails);
	tcase_add_loop_test(tcase, intervals_that_cover_too_little_or_too_much_fail, 0, 2);
	tcase_add_loop_test(
		tcase, a_ledger_that_misses_a_cheater_or_refuses_an_honest_one_fails, 0, 3);
	suite_add_tcase(s, tcase);
	return s;
}
