/*
 * The command line as a user meets it: what is said to no argument, a typo, a full disk.
 */
#include <stdio.h>
#include <string.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[65536];

static void says(const char *command, int status, const char *text)
{
	int got = program_run(command, output, sizeof output);

	ck_assert_msg(
		got == status, "%s: exit status %d, not %d: %s", command, got, status, output);
	ck_assert_msg(strstr(output, text) != NULL, "%s: no '%s' in: %s", command, text, output);
}

static int lines(void)
{
	int count = 0;

	for (const char *c = output; *c != '\0'; c++)
		count += *c == '\n';
	return count;
}

START_TEST(no_argument_prints_ten_lines_with_three_next_commands)
{
	int next = 0;

	says("concbench", 0, "Next:");
	ck_assert_int_eq(lines(), 10);
	for (const char *at = output; (at = strstr(at, "\n  concbench ")) != NULL; at++)
		next++;
	ck_assert_int_eq(next, 3);
}
END_TEST

START_TEST(a_mistyped_command_gets_the_nearest_name)
{
	says("concbench rnu", 2, "concbench: unknown command 'rnu' (did you mean 'run'?)\n");
	says("concbench lits", 2, "did you mean 'list'?");
	says("concbench banana", 2,
		"concbench: unknown command 'banana' (concbench --help lists them)\n");
	ck_assert_int_eq(lines(), 1);
	says("concbench ''", 2, "unknown command ''");
	says("concbench --hlep", 2, "unknown command '--hlep'");
}
END_TEST

START_TEST(every_command_is_in_the_build)
{
	ck_assert_int_eq(program_run("concbench --help", output, sizeof(output)), 0);
	ck_assert_ptr_null(strstr(output, "not in this build"));
	says("concbench advise", 2, "concbench: advise: how many requests per second?");
}
END_TEST

START_TEST(help_lists_every_command_and_the_exit_statuses)
{
	const char *const names[] = {"list", "doctor", "run", "load", "find", "advise", "compare",
		"report", "demo", "selftest", "calibrate", "exec", NULL};
	char line[64];

	says("concbench --help", 0, "Exit status: 0 fine");
	for (int i = 0; names[i] != NULL; i++) {
		snprintf(line, sizeof line, " %s ", names[i]);
		ck_assert_msg(strstr(output, line) != NULL, "%s is missing", names[i]);
	}
	says("concbench help run", 0, "usage: concbench run [WORKLOAD[/MODEL]...]");
	says("concbench run --help", 0, "--dry-run");
	says("concbench run hash -p x --help", 0, "usage: concbench run");
	says("concbench help rnu", 2, "did you mean 'run'?");
}
END_TEST

START_TEST(version_names_compiler_flags_and_commit)
{
	says("concbench --version", 0, "compiler  ");
	ck_assert_ptr_nonnull(strstr(output, "-std=gnu17"));
	ck_assert_int_eq(strncmp(output, "concbench 0.", 12), 0);
	ck_assert_int_eq(lines(), 3);
}
END_TEST

START_TEST(output_that_cannot_be_written_is_an_error)
{
	says("concbench --help >/dev/full", 4, "cannot write the output: No space left on device");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("main");
	TCase *tcase = tcase_create("dispatch");

	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, no_argument_prints_ten_lines_with_three_next_commands);
	tcase_add_test(tcase, a_mistyped_command_gets_the_nearest_name);
	tcase_add_test(tcase, every_command_is_in_the_build);
	tcase_add_test(tcase, help_lists_every_command_and_the_exit_statuses);
	tcase_add_test(tcase, version_names_compiler_flags_and_commit);
	tcase_add_test(tcase, output_that_cannot_be_written_is_an_error);
	suite_add_tcase(suite, tcase);
	return suite;
}
