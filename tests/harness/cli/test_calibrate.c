/*
 * concbench calibrate from outside, with so few quads that no noise can make a verdict.
 */
#include <string.h>

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
	tcase_add_test(use, wrong_use_is_named);
	suite_add_tcase(suite, use);
	return suite;
}
