/*
 * The manual page and the completions know every command and every option of its help, and their
 * readers accept them.
 */
#include <stdio.h>
#include <string.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[1 << 17];

static int have(const char *program)
{
	char command[100];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", program);
	if (program_run(command, output, sizeof(output)) == 0)
		return 1;
	printf("skipped: no %s\n", program);
	return 0;
}

static void runs(const char *command)
{
	int status = program_run(command, output, sizeof(output));

	ck_assert_msg(status == 0, "%s: exit status %d: %.600s", command, status, output);
}

START_TEST(every_form_knows_every_command)
{
	static const char *const kinds[] = {"man", "bash", "zsh", "fish"};
	static const char *const names[] = {"list", "doctor", "run", "load", "find", "advise",
		"compare", "report", "demo", "selftest", "calibrate", "exec"};
	char command[64];

	snprintf(command, sizeof(command), "concbench manual %s", kinds[_i]);
	runs(command);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_msg(strstr(output, names[i]) != NULL, "%s: no %s", kinds[_i], names[i]);
}
END_TEST

START_TEST(the_page_has_every_option_of_a_help)
{
	runs("concbench manual man | sed 's/\\\\-/-/g' >/tmp/concbench-man-$$; status=0; "
	     "for command in run report advise compare; do "
	     "for option in $(concbench $command --help | grep -oE -- '--[a-z][a-z0-9-]+'); do "
	     "grep -qF -- \"$option\" /tmp/concbench-man-$$ || { echo $command $option; status=1; "
	     "}; "
	     "done; done; rm /tmp/concbench-man-$$; exit $status");
}
END_TEST

START_TEST(groff_reads_the_page_without_a_warning)
{
	if (!have("groff"))
		return;
	runs("concbench manual man | groff -man -Tutf8 -ww -z 2>&1");
	ck_assert_str_eq(output, "");
}
END_TEST

START_TEST(bash_completes_commands_options_and_workloads)
{
	runs("F=$(mktemp) && export F && concbench manual bash >$F && bash -c '. $F; "
	     "try() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _concbench; echo "
	     "\"${COMPREPLY[*]}\"; }; try concbench adv; try concbench report --form; try "
	     "concbench "
	     "run ech'; status=$?; rm $F; exit $status");
	ck_assert_str_eq(output, "advise\n--format\necho\n");
}
END_TEST

START_TEST(zsh_and_fish_accept_theirs)
{
	if (have("zsh"))
		runs("concbench manual zsh >/tmp/concbench-zsh-$$ && zsh -n /tmp/concbench-zsh-$$; "
		     "status=$?; rm /tmp/concbench-zsh-$$; exit $status");
	if (have("fish"))
		runs("concbench manual fish >/tmp/concbench-fish-$$ && fish -n "
		     "/tmp/concbench-fish-$$; "
		     "status=$?; rm /tmp/concbench-fish-$$; exit $status");
}
END_TEST

START_TEST(all_of_them_are_installed)
{
	runs("folder=$(mktemp -d) && program=$(readlink -f /proc/$PPID/exe) && "
	     "BUILD=${program%/tests/*} scripts/install-manual $folder/share && cd $folder/share "
	     "&& "
	     "find . -type f -size +500c | sort; status=$?; rm -rf $folder; exit $status");
	ck_assert_str_eq(output, "./bash-completion/completions/concbench\n"
				 "./fish/vendor_completions.d/concbench.fish\n"
				 "./man/man1/concbench.1\n"
				 "./zsh/site-functions/_concbench\n");
}
END_TEST

START_TEST(another_kind_is_wrong_use)
{
	ck_assert_int_eq(program_run("concbench manual bsh", output, sizeof(output)), 2);
	ck_assert_ptr_nonnull(strstr(output, "did you mean bash?"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("manual");
	TCase *c = tcase_create("manual");

	tcase_set_timeout(c, 30);
	tcase_add_loop_test(c, every_form_knows_every_command, 0, 4);
	tcase_add_test(c, the_page_has_every_option_of_a_help);
	tcase_add_test(c, groff_reads_the_page_without_a_warning);
	tcase_add_test(c, bash_completes_commands_options_and_workloads);
	tcase_add_test(c, zsh_and_fish_accept_theirs);
	tcase_add_test(c, all_of_them_are_installed);
	tcase_add_test(c, another_kind_is_wrong_use);
	suite_add_tcase(s, c);
	return s;
}
