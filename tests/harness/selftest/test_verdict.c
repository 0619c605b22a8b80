/*
 * The verdict that is kept for the runs: written, read back, and only for what it is of.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/selftest/verdict.h"
#include "tests/suite.h"

static char results[64];

static void setup(void)
{
	strcpy(results, "/tmp/concbench-verdict-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(results));
	strcat(results, "/results");
}

static void path_of(char *path, size_t bytes)
{
	snprintf(path, bytes, "%s/selftest.json", results);
}

static void teardown(void)
{
	char path[128];

	path_of(path, sizeof(path));
	unlink(path);
	rmdir(results);
	*strrchr(results, '/') = '\0';
	rmdir(results);
}

static void says(const struct selftest_sum *sum, const char *begin, const char *part)
{
	char text[VERDICT_TEXT_MAX];

	ck_assert_int_eq(selftest_keep(results, sum), 0);
	selftest_verdict(results, text);
	ck_assert_msg(strncmp(text, begin, strlen(begin)) == 0, "%s", text);
	ck_assert_msg(strstr(text, part) != NULL, "%s", text);
	ck_assert_msg(text[strlen(text) - 1] == 'Z', "no date: %s", text);
}

START_TEST(it_is_kept_with_its_date)
{
	says(&(struct selftest_sum){.lines = 27}, "passed, 27 lines, 20", "Z");
	says(&(struct selftest_sum){.lines = 27, .not_here = 2}, "passed, 27 lines, 2 not examined",
		"here, 20");
	says(&(struct selftest_sum){.lines = 27, .undecided = 1, .parts = "gate"},
		"undecided, 1 of 27 lines (gate: others used the CPUs), 20", "Z");
	says(&(struct selftest_sum){.lines = 27, .failed = 2, .undecided = 1, .parts = "cpu"},
		"FAILED, 2 of 27 lines (cpu), 20", "Z");
}
END_TEST

START_TEST(without_a_test_it_says_not_run_here)
{
	char text[VERDICT_TEXT_MAX];

	selftest_verdict(results, text);
	ck_assert_str_eq(text, "not run here (concbench selftest, two minutes)");
}
END_TEST

/* Another boot, host, commit or program; half a file. */
START_TEST(what_another_program_or_boot_left_is_not_this_ones)
{
	static const char *const keys[] = {
		"\"host\":\"", "\"boot\":\"", "\"commit\":\"", "\"binary\":\"", "{\"at\":"};
	char text[VERDICT_TEXT_MAX], path[128], line[2048] = "";
	const struct selftest_sum sum = {.lines = 3};

	ck_assert_int_eq(selftest_keep(results, &sum), 0);
	path_of(path, sizeof(path));
	FILE *file = fopen(path, "r+");
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	char *at = strstr(line, keys[_i]) + strlen(keys[_i]);
	*at = *at == 'f' ? 'e' : 'f';
	rewind(file);
	fputs(line, file);
	fclose(file);
	selftest_verdict(results, text);
	ck_assert_str_eq(text, "not run here (concbench selftest, two minutes)");
}
END_TEST

START_TEST(where_it_cannot_be_written_it_says_so)
{
	const struct selftest_sum sum = {.lines = 3};

	ck_assert_int_lt(selftest_keep("/proc/nothing", &sum), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("selftest/verdict");
	TCase *tcase = tcase_create("verdict");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, it_is_kept_with_its_date);
	tcase_add_test(tcase, without_a_test_it_says_not_run_here);
	tcase_add_loop_test(tcase, what_another_program_or_boot_left_is_not_this_ones, 0, 5);
	tcase_add_test(tcase, where_it_cannot_be_written_it_says_so);
	suite_add_tcase(s, tcase);
	return s;
}
