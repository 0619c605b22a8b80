/*
 * scripts/test adds up what test programs say, and lets no failure pass.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[16384], folder[] = "/tmp/concbench-test-XXXXXX";

static void program(const char *name, const char *text)
{
	char path[200];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')) != NULL;
		slash++) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, "#!/bin/sh\n%s\n", text);
	fclose(file);
	ck_assert_int_eq(chmod(path, 0755), 0);
}

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	program("good", "echo '100%: Checks: 7, Failures: 0, Errors: 0'");
	program("bad", "echo the reason; echo '50%: Checks: 4, Failures: 1, Errors: 1'; exit 1");
	program("mute", "exit 0");
	program("dead", "echo '100%: Checks: 3, Failures: 0, Errors: 0'; kill -SEGV $$");
	program("shy", "echo 'skipped: no perf'; echo '100%: Checks: 2, Failures: 0, Errors: 0'");
	program("slow", "sleep 60");
	/* each says that it is there and waits for the other */
	program("left", "touch $F/l; while [ ! -e $F/r ]; do sleep 0.02; done; sleep 0.2; echo "
			"left; exit 1");
	program("right",
		"touch $F/r; while [ ! -e $F/l ]; do sleep 0.02; done; echo right; exit 1");
	program("tests/harness/measure/test_memory",
		"echo in >>$F/log; sleep 0.3; echo out >>$F/log; exit 1");
	program("other", "echo other >>$F/log; sleep 0.1; cat $F/log; exit 1");
	program("parent", "sleep 5 & echo '100%: Checks: 1, Failures: 0, Errors: 0'");
}

static void teardown(void)
{
	char command[100];

	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
}

/* The output ends with this. */
static void test(const char *environment, const char *programs, int status, const char *end)
{
	char command[400];

	snprintf(command, sizeof command,
		"PATH='%s':$PATH; export F='%s'; unset CI; %s scripts/test %s", folder, folder,
		environment, programs);
	int got = program_run(command, output, sizeof output);
	ck_assert_msg(got == status, "exit status %d, not %d: %s", got, status, output);
	size_t length = strlen(output), wanted = strlen(end);
	ck_assert_msg(length >= wanted && strcmp(output + length - wanted, end) == 0, "%s", output);
}

START_TEST(checks_are_added_up)
{
	test("", "$F/good $F/good", 0,
		"100%: Checks: 14, Failures: 0, Errors: 0\n14 passed, 0 failed\n");
}
END_TEST

START_TEST(one_failure_fails_all_and_shows_its_output)
{
	test("", "$F/good $F/bad", 1,
		"81%: Checks: 11, Failures: 1, Errors: 1\n9 passed, 2 failed\n");
	ck_assert_ptr_nonnull(strstr(output, "the reason\n"));
}
END_TEST

START_TEST(a_program_without_a_summary_is_an_error)
{
	test("", "$F/mute $F/good", 1,
		"87%: Checks: 8, Failures: 0, Errors: 1\n7 passed, 1 failed\n");
}
END_TEST

START_TEST(a_program_that_dies_after_its_summary_is_an_error)
{
	test("", "$F/dead", 1, "66%: Checks: 3, Failures: 0, Errors: 1\n2 passed, 1 failed\n");
}
END_TEST

START_TEST(no_program_at_all_is_no_success)
{
	test("", "", 1, "0 passed, 0 failed\n");
}
END_TEST

START_TEST(what_is_skipped_is_said_and_fails_in_ci)
{
	test("", "$F/shy", 0, "100%: Checks: 2, Failures: 0, Errors: 0\n2 passed, 0 failed\n");
	ck_assert_ptr_nonnull(strstr(output, "skipped: no perf\n1 skipped\n"));
	test("CI=true", "$F/shy", 1,
		"50%: Checks: 2, Failures: 1, Errors: 0\n1 passed, 1 failed\n");
}
END_TEST

START_TEST(a_hanging_program_is_ended)
{
	test("TEST_TIMEOUT=1", "$F/slow", 1,
		"0%: Checks: 1, Failures: 0, Errors: 1\n0 passed, 1 failed\n");
}
END_TEST

START_TEST(a_child_left_behind_holds_nobody_up)
{
	test("", "$F/parent", 0, "1 passed, 0 failed\n");
}
END_TEST

START_TEST(programs_run_beside_each_other_and_are_told_in_order)
{
	test("TEST_JOBS=2", "$F/left $F/right", 1, "0 passed, 2 failed\n");
	char *left = strstr(output, "left\n"), *right = strstr(output, "right\n");
	ck_assert_msg(left != NULL && right != NULL && left < right, "%s", output);
}
END_TEST

START_TEST(a_program_of_the_table_runs_alone)
{
	test("TEST_JOBS=2", "$F/other $F/tests/harness/measure/test_memory", 1,
		"0 passed, 2 failed\n");
	ck_assert_msg(strstr(output, "in\nout\nother\n") != NULL, "%s", output);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("test");
	TCase *tcase = tcase_create("programs");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, checks_are_added_up);
	tcase_add_test(tcase, one_failure_fails_all_and_shows_its_output);
	tcase_add_test(tcase, a_program_without_a_summary_is_an_error);
	tcase_add_test(tcase, a_program_that_dies_after_its_summary_is_an_error);
	tcase_add_test(tcase, no_program_at_all_is_no_success);
	tcase_add_test(tcase, what_is_skipped_is_said_and_fails_in_ci);
	tcase_add_test(tcase, a_hanging_program_is_ended);
	tcase_add_test(tcase, a_child_left_behind_holds_nobody_up);
	tcase_add_test(tcase, programs_run_beside_each_other_and_are_told_in_order);
	tcase_add_test(tcase, a_program_of_the_table_runs_alone);
	suite_add_tcase(suite, tcase);
	return suite;
}
