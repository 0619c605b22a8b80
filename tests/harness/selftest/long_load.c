/*
 * Delays of every distribution come back through the whole path: the self-test has time for one.
 */
#include "harness/load/draw.h"
#include "harness/selftest/selftest.h"
#include "tests/suite.h"

START_TEST(delays_of_every_distribution_come_back)
{
	enum { TRIES = 8 };
	const struct check check = {"latency", draw_distributions[_i], check_delays, _i, false, 5};
	struct patience patience;
	struct line line;

	/* Others may take the CPUs without the line noticing; delays that are others never come
	 * back. */
	for (int i = 0; i < TRIES; i++) {
		patience_begin(&patience, "clock");
		selftest_run(&check, &selftest_subjects, &patience, &line);
		if (line.verdict == LINE_OK || line.verdict == LINE_UNDECIDED)
			return;
	}
	ck_abort_msg("%s: %s, %s", draw_distributions[_i], line.expected, line.measured);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("selftest/load, long");
	TCase *tcase = tcase_create("load");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(
		tcase, delays_of_every_distribution_come_back, DRAW_FIXED, DRAW_BIMODAL + 1);
	suite_add_tcase(s, tcase);
	return s;
}
