/*
 * The library as others get it: installed, found by pkg-config, and the programs of its page
 * compiled as the page says.
 */
#include "tests/models/async/readme_programs.h"

static void install(void)
{
	char command[1024];

	open_folder();
	/* the mode this test is built in: its objects are there already */
	snprintf(command, sizeof command,
		"${MAKE:-make} -s install-async MODE='%s' PREFIX='%s/usr' MAKEFLAGS= >/dev/null",
		strrchr(build, '/') + 1, folder);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(programs_of_the_page_run_with_an_installed_copy)
{
	char command[2048];

	/* elsewhere, so that no header of the project is found but the installed ones */
	snprintf(command, sizeof command,
		"cd '%s' && export PKG_CONFIG_PATH=usr/lib/pkgconfig && "
		"${CC:-cc} -o program program.c $(pkg-config --cflags --libs concasync)",
		folder);
	program_prints_what_the_page_says(_i, command);
}
END_TEST

START_TEST(every_header_can_be_included_by_itself)
{
	char command[2048];

	snprintf(command, sizeof command,
		"cd '%s' && export PKG_CONFIG_PATH=usr/lib/pkgconfig && "
		"for header in $(cd usr/include/concasync && echo models/async/*.h); do "
		"echo \"#include \\\"$header\\\"\" >one.c && "
		"${CC:-cc} -Wall -Wextra -Werror -fsyntax-only one.c "
		"$(pkg-config --cflags concasync) || exit 1; done",
		folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async installed");
	TCase *tests = tcase_create("installed");

	tcase_add_checked_fixture(tests, install, remove_folder);
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, programs_of_the_page_run_with_an_installed_copy, 0, PROGRAMS);
	tcase_add_test(tests, every_header_can_be_included_by_itself);
	suite_add_tcase(suite, tests);
	return suite;
}
