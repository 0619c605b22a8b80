/*
 * Every command that README, METHOD, the documents and the manual page show is understood: it runs
 * with --dry-run, or as it is where it measures nothing anyway. What measures and has no dry run is
 * tried in long_commands.c, as are all the others for real.
 */
#include <stdio.h>
#include <string.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[1 << 16];

/* The exit status: 0 = all were understood; what was not is in the output. */
static int try_commands(const char *commands)
{
	static char script[4096];

	snprintf(script, sizeof(script),
		"top=$PWD; program=$(readlink -f /proc/$PPID/exe); "
		"export CONCBENCH=${program%%/tests/*}/concbench; commands=$(%s); "
		"folder=$(mktemp -d) && cd $folder && ln -s $CONCBENCH concbench && "
		"mkdir results && cp -r $top/results/reference results/ && "
		"cp -r $top/results/reference/* results/ && "
		"ln -s $(basename results/*.jsonl .jsonl) results/latest; failed=0; count=0; "
		"asked=; dry=; "
		"while read -r line; do set -f; set -- $line; set +f; "
		"case $line in make*) shift; for goal; do "
		"grep -q \"^$goal:\" $top/Makefile || { echo \"$line: no goal $goal\"; failed=1; "
		"}; "
		"done; count=$((count + 1)); continue ;; *'concbench exec'* | *' doctor') continue "
		";; esac; "
		"case $2 in list | report | --help | manual) ;; *) "
		"case $asked in *\" $2 \"*) ;; *) asked=\"$asked $2 \"; "
		"./concbench $2 --help | grep -q -e --dry-run && dry=\"$dry $2 \" ;; esac; "
		"case $dry in *\" $2 \"*) ;; *) continue ;; esac; "
		"line=\"$line --dry-run\" ;; esac; count=$((count + 1)); "
		"timeout 20 sh -c \"$line\" >said 2>&1 </dev/null; status=$?; "
		"case $status in 0 | 1 | 3) ;; *) echo \"$line: status $status\"; "
		"tail -n 2 said; failed=1 ;; esac; done <<END\n$commands\nEND\n"
		"cd / && rm -rf $folder; echo \"$count commands\"; exit $failed",
		commands);
	return program_run(script, output, sizeof(output));
}

START_TEST(every_command_of_the_documents_is_understood)
{
	int count = 0;
	int status = try_commands("scripts/documented-commands README.md METHOD.md "
				  "CONTRIBUTING.md docs/*.md man");

	ck_assert_msg(status == 0, "%.3000s", output);
	/* most of them, and not none for want of a document */
	ck_assert_int_eq(sscanf(output, "%d commands", &count), 1);
	ck_assert_int_gt(count, 60);
}
END_TEST

START_TEST(a_word_that_is_misspelt_is_found)
{
	int status = try_commands("printf './concbench demo gill\\n./concbench run ecko\\n"
				  "make benhc\\n./concbench reprot\\n./concbench list echo\\n"
				  "./concbench find tuning echo --effrt smoke\\n'");

	ck_assert_int_eq(status, 1);
	ck_assert_ptr_nonnull(strstr(output, "./concbench demo gill --dry-run: status 2"));
	ck_assert_ptr_nonnull(strstr(output, "./concbench run ecko --dry-run: status 2"));
	ck_assert_ptr_nonnull(strstr(output, "make benhc: no goal benhc"));
	ck_assert_ptr_nonnull(strstr(output, "--effrt smoke --dry-run: status 2"));
	ck_assert_ptr_null(strstr(output, "list echo"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("documented commands");
	TCase *c = tcase_create("commands");

	tcase_set_timeout(c, 60);
	tcase_add_test(c, every_command_of_the_documents_is_understood);
	tcase_add_test(c, a_word_that_is_misspelt_is_found);
	suite_add_tcase(s, c);
	return s;
}
