/*
 * The lies that wait for a kernel timer or run whole invocations, at their smoke size. On a machine
 * that others use one may be undecided; none may come out other than its explanation says.
 */
#include <string.h>

#include "harness/demo/demo.h"
#include "tests/harness/demo/lies_tried.h"
#include "tests/suite.h"

START_TEST(the_wrong_figure_is_wrong_as_predicted)
{
	const struct demo_setting small = {.smoke = true, .invoke = demo_usual.invoke};
	struct demo_result result;

	ck_assert_int_eq(demo_run(demo_find(lies_slow[_i]), &small, &result), 0);
	ck_assert_msg(result.verdict != DEMO_FAILS, "%s: expected %s, measured %s", lies_slow[_i],
		result.expected, result.measured);
	demo_release(&result);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("demo/lies, slow ones");
	TCase *tcase = tcase_create("lies");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, the_wrong_figure_is_wrong_as_predicted, 0, LIES_SLOW);
	suite_add_tcase(s, tcase);
	return s;
}
