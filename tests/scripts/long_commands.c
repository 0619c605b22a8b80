/*
 * Every command that README, tutorial and teacher's guide show, and those of the manual page's
 * examples, is one that the program takes. Each runs in a folder of its own with a copy of the
 * reference run; a revision to compare with is this program itself, for it would be built first;
 * one that measures for longer than a few seconds is stopped then, which is fine: a word that is
 * wrong ends it at once. Targets of make are asked for with -n.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[1 << 16];

static const char take_commands[] =
	"scripts/documented-commands %s | sed 's:git[^ ]*:./concbench:'";

/* The exit status: 0 = all were taken; what was not is in the output. */
static int try_document(const char *commands)
{
	static char script[8192];

	snprintf(script, sizeof(script),
		"top=$PWD; program=$(readlink -f /proc/$PPID/exe); "
		"program=${program%%/tests/*}/concbench; commands=$(%s); "
		"[ $(printf '%%s\\n' \"$commands\" | wc -l) -ge 3 ] || { echo 'no commands'; exit "
		"9; "
		"}; folder=$(mktemp -d) && cd $folder && ln -s $program concbench && mkdir results "
		"&& "
		"cp -r $top/results/reference/* results/ && cp -r $top/results/reference results/ "
		"&& "
		"run=$(basename results/*.jsonl .jsonl); failed=0; "
		"while read -r line; do ln -sfn $run results/latest; case $line in make*) (cd $top "
		"&& timeout 60 sh -c "
		"\"make -n ${line#make}\" >$folder/said 2>&1 </dev/null) ;; *) timeout -k 20 -s "
		"INT 4 "
		"sh -c \"$line\" >said 2>&1 </dev/null ;; esac; status=$?; "
		"case $status in 0 | 1 | 3 | 124 | 130 | 137) ;; *) echo \"$line: status "
		"$status\"; "
		"tail -n 2 said; failed=1 ;; esac; done <<END\n$commands\nEND\n"
		"cd / && rm -rf $folder; exit $failed",
		commands);
	return program_run(script, output, sizeof(output));
}

static void try_file(const char *file)
{
	char commands[400];

	snprintf(commands, sizeof(commands), take_commands, file);
	ck_assert_msg(try_document(commands) == 0, "%.2000s", output);
}

START_TEST(every_command_of_the_readme_is_taken)
{
	try_file("README.md");
}
END_TEST

START_TEST(every_command_of_the_tutorial_is_taken)
{
	try_file("docs/tutorial.md");
}
END_TEST

START_TEST(every_command_of_the_teachers_guide_is_taken)
{
	try_file("docs/teaching.md");
}
END_TEST

START_TEST(every_example_of_the_manual_page_is_taken)
{
	int status = try_document("CONCBENCH=$program scripts/documented-commands man");

	ck_assert_msg(status == 0, "%.2000s", output);
}
END_TEST

START_TEST(a_command_that_does_not_exist_is_found)
{
	int status = try_document("printf './concbench list\\n./concbench reprot\\n./concbench "
				  "demo gill\\n'");

	ck_assert_int_eq(status, 1);
	ck_assert_ptr_nonnull(strstr(output, "./concbench reprot: status 2"));
	ck_assert_ptr_nonnull(strstr(output, "./concbench demo gill: status 2"));
	ck_assert_ptr_null(strstr(output, "./concbench list"));
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("commands");
	TCase *tcase = tcase_create("commands");

	tcase_set_timeout(tcase, 280);
	tcase_add_test(tcase, every_command_of_the_readme_is_taken);
	tcase_add_test(tcase, every_command_of_the_tutorial_is_taken);
	tcase_add_test(tcase, every_command_of_the_teachers_guide_is_taken);
	tcase_add_test(tcase, every_example_of_the_manual_page_is_taken);
	tcase_add_test(tcase, a_command_that_does_not_exist_is_found);
	suite_add_tcase(suite, tcase);
	return suite;
}
