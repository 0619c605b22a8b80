/*
 * Invocations of the self-test that are tried again.
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

START_TEST(an_invocation_that_is_not_ok_is_tried_three_times)
{
	const char *const none[] = {NULL};
	struct subjects subjects = selftest_subjects;
	struct line line = {0};
	struct record record;
	struct plan plan;

	ck_assert_int_eq(draft_plan(&plan, workload_find("idle"), "threads", KIND_TIME, none), 0);
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

	tcase_add_test(tcase, an_invocation_that_is_not_ok_is_tried_three_times);
	suite_add_tcase(s, tcase);
	return s;
}
