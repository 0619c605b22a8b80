/*
 * The programs of models/async/README.md, compiled and run from the page itself, print what stands
 * below them. (long_install.c does the same with an installed copy.)
 */
#include "tests/models/async/readme_programs.h"

START_TEST(programs_of_the_page_print_what_stands_below_them)
{
	static char flags[8192], path[512 + 16], command[sizeof flags + 2048];

	snprintf(path, sizeof path, "%s/flags", build);
	read_file(path, flags, sizeof flags);
	flags[strcspn(flags, "\n")] = '\0'; /* its first line: compiler and flags */
	snprintf(command, sizeof command,
		"%s -o %s/program %s/program.c %s/libconcbench.a "
		"$(sed -n 's/^libs //p' %s/detected)",
		flags, folder, folder, build, build);
	program_prints_what_the_page_says(_i, command);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("README of models/async");
	TCase *tests = tcase_create("programs");

	tcase_add_checked_fixture(tests, open_folder, remove_folder);
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, programs_of_the_page_print_what_stands_below_them, 0, PROGRAMS);
	suite_add_tcase(suite, tests);
	return suite;
}
