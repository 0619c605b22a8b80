/*
 * Plans the harness makes for itself.
 */
#include <check.h>
#include <errno.h>

#include "harness/measure/draft.h"
#include "tests/suite.h"

START_TEST(a_plan_has_what_it_was_told_and_smoke_sizes_beside)
{
	const char *const params[] = {"tasks=7", "stack=64KiB", NULL};
	const struct workload *idle = workload_find("idle");
	struct plan plan;

	ck_assert_int_eq(draft_plan(&plan, idle, "threads", KIND_TIME, params), 0);
	ck_assert_int_eq(plan.draft.tasks, 7);
	ck_assert_int_eq(plan.draft.values[1], idle->params[1].smoke);
	ck_assert_int_eq(plan.draft.common[COMMON_STACK], 65536);
	ck_assert_int_gt(CPU_COUNT(&plan.draft.sut_cpus), 0);
}
END_TEST

START_TEST(names_and_values_that_do_not_exist_are_refused)
{
	const char *const wrong[][2] = {{"task=7", NULL}, {"tasks=seven", NULL}, {"tasks", NULL}};
	const char *const none[] = {NULL};
	const struct workload *idle = workload_find("idle");
	struct plan plan;

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(draft_plan(&plan, idle, "threads", KIND_TIME, wrong[i]), -EINVAL);
	ck_assert_int_eq(draft_plan(&plan, idle, "thread", KIND_TIME, none), -EINVAL);
	ck_assert_int_eq(draft_plan(&plan, NULL, "threads", KIND_TIME, none), -EINVAL);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("measure/draft");
	TCase *tcase = tcase_create("draft");

	tcase_add_test(tcase, a_plan_has_what_it_was_told_and_smoke_sizes_beside);
	tcase_add_test(tcase, names_and_values_that_do_not_exist_are_refused);
	suite_add_tcase(s, tcase);
	return s;
}
