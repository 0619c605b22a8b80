/*
 * concbench selftest: which parts there are, and what its status says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/selftest/selftest.h"
#include "tests/suite.h"

static int run_part(const char *part, char *output, size_t bytes)
{
	char *arguments[] = {"selftest", (char *)part, NULL};
	char path[] = "/tmp/concbench-selftest-XXXXXX";
	int fd = mkstemp(path);
	int kept = dup(STDOUT_FILENO);

	ck_assert_int_ge(fd, 0);
	unlink(path);
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	int status = selftest_main(2, arguments);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	ssize_t length = pread(fd, output, bytes - 1, 0);
	output[length > 0 ? length : 0] = '\0';
	close(fd);
	close(kept);
	return status;
}

START_TEST(a_part_prints_its_lines_and_a_sum)
{
	char output[4096];

	ck_assert_int_eq(run_part("ledger", output, sizeof(output)), EXIT_FINE);
	ck_assert_str_eq(output,
		"ledger     seeded cheaters: expected 4 of 4 cheaters caught, the honest one "
		"accepted, measured 4 of 4 caught, the honest one accepted, tolerance exact: ok\n"
		"1 of 1 lines passed\n");
}
END_TEST

START_TEST(a_part_that_is_not_there_is_wrong_use)
{
	char output[4096];

	ck_assert_int_eq(run_part("ledgr", output, sizeof(output)), EXIT_WRONG_USE);
	ck_assert_int_eq(run_part("zzzzzzzzz", output, sizeof(output)), EXIT_WRONG_USE);
	ck_assert_str_eq(output, "");
}
END_TEST

START_TEST(a_dry_run_names_the_lines_and_examines_nothing)
{
	char output[8192];

	ck_assert_int_eq(run_part("--dry-run", output, sizeof(output)), EXIT_FINE);
	ck_assert_ptr_nonnull(strstr(output, "ledger     seeded cheaters (computed)\n"));
	ck_assert_ptr_nonnull(strstr(output, "; nothing was measured\n"));
	ck_assert_ptr_null(strstr(output, "expected"));
}
END_TEST

START_TEST(every_check_is_complete)
{
	for (const struct check *check = selftest_checks; check->part != NULL; check++) {
		ck_assert_ptr_nonnull(check->subject);
		ck_assert(check->run != NULL);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("cli/selftest");
	TCase *tcase = tcase_create("selftest");

	tcase_add_test(tcase, a_part_prints_its_lines_and_a_sum);
	tcase_add_test(tcase, a_part_that_is_not_there_is_wrong_use);
	tcase_add_test(tcase, a_dry_run_names_the_lines_and_examines_nothing);
	tcase_add_test(tcase, every_check_is_complete);
	suite_add_tcase(s, tcase);
	return s;
}
