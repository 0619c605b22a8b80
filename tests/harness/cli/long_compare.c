/*
 * Gates of two builds that take a minute: memory, by a program whose tasks use more of their
 * stacks.
 */
#include <string.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[1 << 16];

/*
 * Two sides that differ in how much stack a task uses: scripts in the place of builds, which add
 * parameters to every invocation. The last of equal ones counts.
 */
#define SIDES                                                                                    \
	"P=$(readlink -f /proc/$PPID/exe); P=${P%/tests/*}/concbench; D=$(mktemp -d); "          \
	"for s in lean fat; do mkdir $D/$s; more=; [ $s = lean ] || more='-p stack=128KiB -p "   \
	"touch=64KiB'; printf '#!/bin/sh\\n[ \"$1 $2\" != \"exec --interface\" ] && [ \"$1\" = " \
	"exec ] && set -- \"$@\" %s\\nexec %s \"$@\"\\n' \"$more\" \"$P\" >$D/$s/concbench; "    \
	"chmod +x "                                                                              \
	"$D/$s/concbench; done; "

#define COMPARE(head)                                              \
	SIDES "\"$P\" compare $D/lean $D/" head                    \
	      " -b idle/async -p tasks=200 --gate memory --quads " \
	      "7 --seed 3 -q; s=$?; rm -rf $D; exit $s"

START_TEST(tasks_that_use_more_stack_are_found_by_their_memory)
{
	int status = program_run(COMPARE("fat"), output, sizeof output);

	ck_assert_msg(status == 1, "status %d: %.1500s", status, output);
	ck_assert_msg(strstr(output, "REGRESSED: 1 regressed, 0 inconclusive, 0 equivalent, 0 "
				     "improved, 0 without a verdict") != NULL,
		"%.1500s", output);
}
END_TEST

START_TEST(the_same_memory_is_not_flagged)
{
	int status = program_run(COMPARE("lean"), output, sizeof output);

	ck_assert_msg(status == 0, "status %d: %.1500s", status, output);
	ck_assert_msg(strstr(output, "0 regressed, ") != NULL, "%.1500s", output);
	ck_assert_msg(strstr(output, "0 without a verdict") != NULL, "%.1500s", output);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("cli/long_compare");
	TCase *gates = tcase_create("gates");

	tcase_set_timeout(gates, 600);
	tcase_add_test(gates, tasks_that_use_more_stack_are_found_by_their_memory);
	tcase_add_test(gates, the_same_memory_is_not_flagged);
	suite_add_tcase(suite, gates);
	return suite;
}
