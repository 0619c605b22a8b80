/*
 * Plans of the self-test, and invocations that are tried again.
 */
#include <errno.h>

#include "tests/harness/selftest/scripted.h"
#include "tests/suite.h"

static int calls;

static int is_ok_at_the_third(const struct plan *plan, struct record *record)
{
	(void)plan;
	*record = (struct record){.status = ++calls < 3 ? STATUS_INVALID : STATUS_OK};
	return 0;
}

static int cannot(const struct plan *plan, struct record *record)
{
	(void)plan;
	calls++;
	*record = (struct record){0};
	return -ENOMEM;
}

START_TEST(a_plan_has_what_it_was_told_and_smoke_sizes_beside)
{
	const char *const params[] = {"tasks=7", "stack=64KiB", NULL};
	const struct workload *idle = workload_find("idle");
	struct plan plan;

	ck_assert_int_eq(selftest_plan(&plan, idle, "threads", KIND_TIME, params), 0);
	ck_assert_int_eq(plan.draft.tasks, 7);
	ck_assert_int_eq(planned(&plan, "hold"), idle->params[1].smoke);
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
		ck_assert_int_eq(
			selftest_plan(&plan, idle, "threads", KIND_TIME, wrong[i]), -EINVAL);
	ck_assert_int_eq(selftest_plan(&plan, idle, "thread", KIND_TIME, none), -EINVAL);
	ck_assert_int_eq(selftest_plan(&plan, NULL, "threads", KIND_TIME, none), -EINVAL);
}
END_TEST

START_TEST(an_invocation_that_is_not_ok_is_tried_three_times)
{
	const char *const none[] = {NULL};
	struct subjects subjects = selftest_subjects;
	struct line line = {0};
	struct record record;
	struct plan plan;

	ck_assert_int_eq(
		selftest_plan(&plan, workload_find("idle"), "threads", KIND_TIME, none), 0);
	subjects.invoke = is_ok_at_the_third;
	ck_assert(selftest_invoke(&line, &subjects, &plan, &record));
	ck_assert_int_eq(calls, 3);
	calls = 0;
	subjects.invoke = cannot;
	ck_assert(!selftest_invoke(&line, &subjects, &plan, &record));
	ck_assert_int_eq(calls, 3);
	ck_assert_int_eq(line.verdict, LINE_FAILED);
	ck_assert_str_eq(line.measured, "idle/threads: Cannot allocate memory");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("selftest/invoke");
	TCase *tcase = tcase_create("invoke");

	tcase_add_test(tcase, a_plan_has_what_it_was_told_and_smoke_sizes_beside);
	tcase_add_test(tcase, names_and_values_that_do_not_exist_are_refused);
	tcase_add_test(tcase, an_invocation_that_is_not_ok_is_tried_three_times);
	suite_add_tcase(s, tcase);
	return s;
}
