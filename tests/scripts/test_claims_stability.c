/*
 * scripts/claims-stability judges verdicts: a program that prints scripted ones stands for ours.
 */
#include <stdio.h>
#include <string.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[4096];

/* Verdicts of two claims in the three repeats and beside a load, one letter each: h, d or u. */
static int judge(const char *first, const char *second)
{
	char command[1500];

	snprintf(command, sizeof(command),
		"folder=$(mktemp -d); cat >$folder/fake <<'END'\n#!/bin/sh\n"
		"n=$(cat $0.n 2>/dev/null || echo 1); echo $((n + 1)) >$0.n\n"
		"word() { case $(echo $1 | cut -c$n) in h) echo holds ;; d) echo does not hold ;; "
		"*) echo undecided ;; esac; }\n"
		"for c in first:%s second:%s; do echo "
		"'{\"name\":\"'${c%%%%:*}'\",\"group\":\"claims\","
		"\"took_s\":1.5,\"verdict\":\"'$(word "
		"${c#*:})'\",\"parts\":[{\"verdict\":\"holds\"}]}'; "
		"done\nEND\nchmod +x $folder/fake; CONCBENCH=$folder/fake "
		"scripts/claims-stability; "
		"status=$?; rm -r $folder; exit $status",
		first, second);
	return program_run(command, output, sizeof(output));
}

START_TEST(the_same_verdicts_and_undecided_ones_are_stable)
{
	ck_assert_msg(judge("hhhu", "uddd") == 0, "%s", output);
	ck_assert_ptr_nonnull(strstr(output, "2 claims: 0 changed, 0 never decided"));
	ck_assert_int_eq(judge("hhhh", "uuuu"), 0);
	ck_assert_ptr_nonnull(strstr(output, "2 claims: 0 changed, 1 never decided"));
}
END_TEST

START_TEST(two_decided_verdicts_that_differ_are_found)
{
	ck_assert_int_eq(judge("hhhh", "hudh"), 1);
	ck_assert_ptr_nonnull(strstr(output, "second                   CHANGED"));
	ck_assert_ptr_nonnull(strstr(output, "first                    stable"));
	ck_assert_int_eq(judge("hhhd", "hhhh"), 1);
	ck_assert_ptr_nonnull(strstr(output, "loaded: does not hold"));
}
END_TEST

START_TEST(a_program_that_is_not_there_is_told)
{
	ck_assert_int_eq(program_run("CONCBENCH=/nowhere/x scripts/claims-stability 2>&1", output,
				 sizeof(output)),
		2);
	ck_assert_ptr_nonnull(strstr(output, "no program /nowhere/x (make)"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("scripts/claims-stability");
	TCase *c = tcase_create("stability");

	tcase_set_timeout(c, 60);
	tcase_add_test(c, the_same_verdicts_and_undecided_ones_are_stable);
	tcase_add_test(c, two_decided_verdicts_that_differ_are_found);
	tcase_add_test(c, a_program_that_is_not_there_is_told);
	suite_add_tcase(s, c);
	return s;
}
