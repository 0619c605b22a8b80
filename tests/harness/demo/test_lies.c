/*
 * Each lie at its smoke size: the wrong figure differs from the right one as its explanation says.
 * Those that wait a second for the kernel's timers are in long_lies.c.
 */
#include <string.h>

#include "harness/demo/demo.h"
#include "tests/suite.h"

static const char *const quick[] = {"rss", "mean-of-percentiles"};
enum { QUICK = sizeof(quick) / sizeof(quick[0]) };

START_TEST(the_wrong_figure_is_wrong_as_predicted)
{
	const struct demo_setting small = {.smoke = true, .invoke = demo_usual.invoke};
	struct demo_result result;
	bool has[DEMO_ROLES] = {false};

	ck_assert_int_eq(demo_run(demo_find(quick[_i]), &small, &result), 0);
	ck_assert_msg(result.verdict == DEMO_HOLDS, "%s: expected %s, measured %s", quick[_i],
		result.expected, result.measured);
	for (int i = 0; i < result.figures_count; i++)
		has[result.figures[i].role] = true;
	ck_assert(has[DEMO_WRONG] && has[DEMO_RIGHT]);
	demo_release(&result);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("demo/lies");
	TCase *tcase = tcase_create("lies");

	tcase_add_loop_test(tcase, the_wrong_figure_is_wrong_as_predicted, 0, QUICK);
	suite_add_tcase(s, tcase);
	return s;
}
