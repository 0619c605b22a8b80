/*
 * concbench demo as a user meets it.
 */
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

START_TEST(without_a_name_all_are_listed)
{
	says("concbench demo", 0, "lies\n");
	says("concbench demo", 0, "  mean-of-percentiles ");
	ck_assert_ptr_null(strstr(output, "verdict"));
}
END_TEST

START_TEST(a_dry_run_names_cells_and_bounds_and_measures_nothing)
{
	says("concbench demo --dry-run claims", 0, "measures  7 to 14 times hash/threads-gil");
	ck_assert_ptr_nonnull(strstr(output, "bound     CPU per time while waiting, polling over "
					     "waiting >= 20"));
	ck_assert_ptr_nonnull(strstr(output, "at most 10 s and 1024 MiB of memory; nothing "
					     "was measured"));
	ck_assert_ptr_null(strstr(output, "verdict"));
	ck_assert_ptr_null(strstr(output, "mean-of-percentiles"));
	says("concbench demo --dry-run", 0, "mean-of-percentiles (about");
}
END_TEST

START_TEST(the_teachers_guide_has_every_claim_and_example)
{
	says("for name in $(concbench demo | sed -n '/^claims/,$s/^  \\([^ ]*\\) .*/\\1/p'); do "
	     "grep -q \"concbench demo $name$\" docs/teaching.md || echo \"$name is missing\"; "
	     "done; echo all",
		0, "all\n");
	ck_assert_str_eq(output, "all\n");
}
END_TEST

START_TEST(what_was_shown_is_kept_for_reports)
{
	says("cd $(mktemp -d) && concbench demo lazy-start fibonacci && cat results/demo.ndjson "
	     "&& rm -r $PWD",
		0, "\n{\"name\":\"lazy-start\"");
	ck_assert_ptr_nonnull(strstr(output, "\n{\"name\":\"fibonacci\""));
}
END_TEST

START_TEST(a_name_runs_it)
{
	says("concbench demo mean-of-percentiles --size smoke", 0, "  verdict   holds\n");
	says("concbench demo mean-of-percentiles --size smoke --format json", 0,
		"{\"name\":\"mean-of-percentiles\"");
	ck_assert_ptr_eq(strchr(output, '\n'), output + strlen(output) - 1);
}
END_TEST

START_TEST(wrong_use_is_told)
{
	says("concbench demo rsss", 2, "nothing named \"rsss\" (did you mean rss?)");
	says("concbench demo rss rsss", 2, "did you mean rss?");
	says("concbench demo --size large", 2, "--size large: expected usual or smoke");
	says("concbench demo --format", 2, "--format: unknown option or missing value");
	says("concbench demo --help", 0, "usage: concbench demo");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("cli/demo");
	TCase *tcase = tcase_create("demo");

	tcase_add_test(tcase, without_a_name_all_are_listed);
	tcase_add_test(tcase, a_dry_run_names_cells_and_bounds_and_measures_nothing);
	tcase_add_test(tcase, the_teachers_guide_has_every_claim_and_example);
	tcase_add_test(tcase, what_was_shown_is_kept_for_reports);
	tcase_add_test(tcase, a_name_runs_it);
	tcase_add_test(tcase, wrong_use_is_told);
	suite_add_tcase(s, tcase);
	return s;
}
