/*
 * The tables in README.md are those that `concbench report` makes of the reference run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[65536];

START_TEST(the_tables_in_the_readme_are_those_of_the_reference_run)
{
	int status = program_run(
		"PROGRAM=$(readlink -f /proc/$PPID/exe); PROGRAM=${PROGRAM%/tests/*}/concbench; "
		"export PROGRAM; scripts/readme --check",
		output, sizeof output);

	ck_assert_msg(status == 0, "%.1500s", output);
}
END_TEST

/* A copy of what the script needs, changed by `change` in its reference folder. */
static int check_changed(const char *change)
{
	static char line[2000];

	snprintf(line, sizeof(line),
		"copy=$(mktemp -d) && mkdir \"$copy/results\" && "
		"cp -r README.md scripts \"$copy\" && "
		"cp -r results/reference \"$copy/results\" && "
		"(cd \"$copy/results/reference\" && %s) && "
		"PROGRAM=$(readlink -f /proc/$PPID/exe); export "
		"PROGRAM=${PROGRAM%%/tests/*}/concbench; "
		"\"$copy/scripts/readme\" --check; status=$?; rm -rf \"$copy\"; exit $status",
		change);
	return program_run(line, output, sizeof output);
}

START_TEST(a_changed_digit_is_found)
{
	int status = check_changed(
		"sed -i '/reference: begin/,/reference: end/s/| 1 |/| 2 |/' ../../README.md");

	ck_assert_msg(status == 1, "exit status %d: %.1500s", status, output);
}
END_TEST

START_TEST(a_stale_report_of_the_reference_run_is_found)
{
	int status = check_changed("sed -i '/^| async/s/1/2/' */report.md && "
				   "sed -i '/,async,/s/1/2/' */report.csv && "
				   "sed -i '/<td/s/1/2/' */report.html");

	ck_assert_msg(status == 1, "exit status %d: %.1500s", status, output);
	ck_assert_ptr_nonnull(strstr(output, "report.md is not"));
	ck_assert_ptr_nonnull(strstr(output, "report.csv is not"));
	ck_assert_ptr_nonnull(strstr(output, "report.html is not"));
}
END_TEST

/* --renew replaces the run and its reports, and leaves what else was measured for reference. */
START_TEST(renewing_takes_the_latest_run_and_keeps_the_other_files)
{
	int status =
		program_run("copy=$(mktemp -d) && mkdir \"$copy/results\" && "
			    "cp -r README.md scripts \"$copy\" && "
			    "cp -r results/reference \"$copy/results\" && cd \"$copy/results\" && "
			    "old=$(basename reference/*.jsonl .jsonl) && new=later-$old && "
			    "cp \"reference/$old.jsonl\" \"$new.jsonl\" && cp -r "
			    "\"reference/$old\" \"$new\" && "
			    "rm \"$new\"/report.* && ln -s \"$new\" latest && cd .. && "
			    "PROGRAM=$(readlink -f /proc/$PPID/exe); export "
			    "PROGRAM=${PROGRAM%/tests/*}/concbench; "
			    "scripts/readme --renew && scripts/readme --check && "
			    "[ ! -e \"results/reference/$old\" ] && [ ! -e "
			    "\"results/reference/$old.jsonl\" ] && "
			    "[ -f \"results/reference/$new/report.html\" ] && "
			    "[ -f results/reference/bench-models.txt ]; "
			    "status=$?; cd /; rm -rf \"$copy\"; exit $status",
			output, sizeof output);

	ck_assert_msg(status == 0, "exit status %d: %.1500s", status, output);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("readme");
	TCase *tcase = tcase_create("reference");

	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, the_tables_in_the_readme_are_those_of_the_reference_run);
	tcase_add_test(tcase, a_changed_digit_is_found);
	tcase_add_test(tcase, a_stale_report_of_the_reference_run_is_found);
	tcase_add_test(tcase, renewing_takes_the_latest_run_and_keeps_the_other_files);
	suite_add_tcase(suite, tcase);
	return suite;
}
