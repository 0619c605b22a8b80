/*
 * scripts/claims-stability judges verdicts: a program that prints scripted ones stands for ours.
 */
#include <stdio.h>
#include <string.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[8192];

/*
 * Verdicts of two claims in the three repeats and beside a load, one letter each: h, d or u.
 *   options  of the script, which may be run again by `again`
 */
static int judge_with(const char *first, const char *second, const char *options, const char *again)
{
	char command[2000];

	snprintf(command, sizeof(command),
		"folder=$(mktemp -d); cat >$folder/fake <<'END'\n#!/bin/sh\n"
		"case $1 in --version) echo fake 1; exit ;; esac\n"
		"case $2 in first) words=%s ;; second) words=%s ;; *) printf 'lies\\n  a-lie 1 s\\n"
		"claims\\n  first 1 s so\\n         and so\\n  second 1 s so\\n'; exit ;; esac\n"
		"n=$(cat $0.$2 2>/dev/null || echo 1); echo $((n + 1)) >$0.$2\n"
		"case $(echo $words | cut -c$n) in h) word=holds ;; d) word='does not hold' ;; "
		"*) word=undecided ;; esac\n"
		"echo "
		"'{\"name\":\"'$2'\",\"group\":\"claims\",\"took_s\":1.5,\"verdict\":\"'$word'\","
		"\"parts\":[{\"verdict\":\"holds\"}]}'\nEND\nchmod +x $folder/fake; "
		"export CONCBENCH=$folder/fake; check() { scripts/claims-stability %s; }; check; "
		"status=$?; %s rm -r $folder; exit $status",
		first, second, options, again);
	return program_run(command, output, sizeof(output));
}

static int judge(const char *first, const char *second)
{
	return judge_with(first, second, "", "");
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

/* No time for anything; then what is there is not measured again, and the table is written. */
START_TEST(it_can_be_done_in_slices)
{
	ck_assert_int_eq(judge_with("hhhh", "dddd", "-o $folder/table -t 1", ""), 2);
	ck_assert_ptr_nonnull(strstr(output, "nothing was measured"));
	int status = judge_with("hhhd", "dddd", "-o $folder/table first",
		"check() { REPEATS=2 LOADED=0 scripts/claims-stability -o "
		"$folder/table; }; check; status=$?; cat $folder/table $folder/fake.first;");
	ck_assert_int_eq(status, 1);
	ck_assert_msg(
		strstr(output, "# scripts/claims-stability, fake 1\nfirst") != NULL, "%s", output);
	/* four repeats of the first, two of the second, none twice */
	ck_assert_ptr_nonnull(
		strstr(output, "1: does not hold  2: does not hold\n2 claims: 1 changed"));
	ck_assert_ptr_nonnull(strstr(output, "\n5\n"));
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
	tcase_add_test(c, it_can_be_done_in_slices);
	tcase_add_test(c, a_program_that_is_not_there_is_told);
	suite_add_tcase(s, c);
	return s;
}
