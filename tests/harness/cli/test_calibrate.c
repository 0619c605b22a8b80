/*
 * concbench calibrate from outside, with so few quads that no noise can make a verdict.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[1 << 16];

#define ck_output(wanted) \
	ck_assert_msg(strstr(output, wanted) != NULL, "no '%s' in: %.1500s", wanted, output)

START_TEST(two_copies_end_with_the_alarms_and_their_bound)
{
	int status = program_run("concbench calibrate --suites 2 --quads 1 -b hash/sequential -q",
		output, sizeof output);

	ck_assert_msg(status == 0, "status %d: %.1500s", status, output);
	/* Clopper-Pearson: 1 - 0.05^(1/2) */
	ck_output("false alarms: 0 of 2 suites, with 95 % confidence at most 77.6 %");
}
END_TEST

START_TEST(an_injection_ends_with_what_was_found)
{
	int status = program_run("concbench calibrate --inject 5% --quads 1 -b hash/sequential -q",
		output, sizeof output);

	ck_assert_msg(status == 0, "status %d: %.1500s", status, output);
	ck_output("injected 5%: found in 0 of 2 pairs, judged away in 0, undecided in 2");
}
END_TEST

/* Lines of a file. */
static int lines(const char *path)
{
	FILE *file = fopen(path, "r");
	int count = 0;

	ck_assert_ptr_nonnull(file);
	for (int c; (c = fgetc(file)) != EOF;)
		count += c == '\n';
	fclose(file);
	return count;
}

START_TEST(a_log_has_a_row_per_quad_and_no_row_counts_twice)
{
	char path[] = "/tmp/concbench-test-XXXXXX", command[300];

	close(mkstemp(path));
	snprintf(command, sizeof(command),
		"concbench calibrate --inject 5%% --quads 2 -b hash/sequential -q --log %s", path);
	ck_assert_int_eq(program_run(command, output, sizeof output), 0);
	int made = lines(path);
	snprintf(command, sizeof(command), "concbench calibrate --from %s", path);
	int once = program_run(command, output, sizeof output);
	snprintf(command, sizeof(command), "concbench calibrate --from %s %s", path, path);
	int twice = program_run(command, output, sizeof output);
	unlink(path);
	/* a heading, two quads and an end: what was contaminated is replaced, and logged, too */
	ck_assert_int_ge(made, 4);
	ck_assert_int_eq(once, 0);
	ck_assert_int_eq(twice, 2);
	ck_output("calibrate: a comparison is there twice");
}
END_TEST

START_TEST(wrong_use_is_named)
{
	ck_assert_int_eq(program_run("concbench calibrate x", output, sizeof output), 2);
	ck_output("calibrate: takes no operand, there is 'x'");
	ck_assert_int_eq(
		program_run("concbench calibrate --inject lots", output, sizeof output), 2);
	ck_output("calibrate: --inject 'lots' is not a share");
	ck_assert_int_eq(program_run("concbench compare x --suites 3", output, sizeof output), 2);
	ck_output("compare: --inject, --suites and --from go with calibrate");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("cli/calibrate");
	TCase *use = tcase_create("use");

	tcase_set_timeout(use, 120);
	tcase_add_test(use, two_copies_end_with_the_alarms_and_their_bound);
	tcase_add_test(use, an_injection_ends_with_what_was_found);
	tcase_add_test(use, a_log_has_a_row_per_quad_and_no_row_counts_twice);
	tcase_add_test(use, wrong_use_is_named);
	suite_add_tcase(suite, use);
	return suite;
}
