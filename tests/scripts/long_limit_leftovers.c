/*
 * Searches for a limit leave nothing behind, however they end: scripts/limit-leftovers says so, and
 * says otherwise of a program that leaves something.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[1 << 16];

#define SCRIPT \
	"program=$(readlink -f /proc/$PPID/exe); export PROGRAM=${program%%/tests/*}/concbench; "

static bool possible(void)
{
	if (getuid() == 0 && program_run("unshare --fork --pid --mount-proc --net --ipc --mount "
					 "true",
				     output, sizeof(output)) == 0)
		return true;
	printf("skipped: searches leave nothing behind: needs namespaces of its own, as root\n");
	return false;
}

START_TEST(searches_that_end_are_interrupted_or_killed_leave_nothing)
{
	if (!possible())
		return;
	/* others write to /tmp meanwhile, under names like ours */
	int status = program_run(SCRIPT
		"(for i in 1 2 3 4 5 6; do sleep 1; touch /tmp/concbench-others-$$-$i; done) & "
		"scripts/limit-leftovers idle/threads idle/async-stackless echo/threads 2>&1; "
		"s=$?; "
		"wait; rm -f /tmp/concbench-others-$$-*; exit $s",
		output, sizeof(output));
	ck_assert_msg(status == 0, "%s", output);
	ck_assert_ptr_nonnull(strstr(output, "idle/threads, to its end (≥ "));
	ck_assert_ptr_nonnull(strstr(output, "idle/processes, killed: nothing is left"));
}
END_TEST

START_TEST(a_program_that_leaves_something_is_found_out)
{
	if (!possible())
		return;
	int status = program_run(SCRIPT
		"f=$(mktemp -d); printf '#!/bin/sh\\nsleep 20 & touch /dev/shm/forgotten "
		"/tmp/concbench-forgotten-$$; exec "
		"%s \"$@\"\\n' $PROGRAM >$f/bad; chmod +x $f/bad; PROGRAM=$f/bad "
		"scripts/limit-leftovers idle/sequential 2>&1; s=$?; rm -rf $f "
		"/tmp/concbench-forgotten-*; exit $s",
		output, sizeof(output));
	ck_assert_int_eq(status, 1);
	ck_assert_ptr_nonnull(strstr(output, "> /dev/shm/forgotten"));
	ck_assert(strstr(output, "/upper/concbench-forgotten-") != NULL ||
		  strstr(output, "no overlay can be mounted") != NULL);
	ck_assert_ptr_nonnull(strstr(output, "> process sleep"));
	ck_assert_ptr_nonnull(strstr(output, "idle/sequential, to its end"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("limit-leftovers");
	TCase *c = tcase_create("limit-leftovers");

	tcase_set_timeout(c, 280);
	tcase_add_test(c, searches_that_end_are_interrupted_or_killed_leave_nothing);
	tcase_add_test(c, a_program_that_leaves_something_is_found_out);
	suite_add_tcase(s, c);
	return s;
}
