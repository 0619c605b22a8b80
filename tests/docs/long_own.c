/*
 * docs/own.md does what it says: its program and its commands, against an installed copy; and so
 * does docs/examples/ring.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[65536], folder[] = "/tmp/concbench-own-XXXXXX";

/* A command in the folder, beside which concbench is installed. */
static int run(const char *command)
{
	char line[4096];

	snprintf(line, sizeof(line),
		"top=$PWD; export PKG_CONFIG_PATH='%s/installed/lib/pkgconfig'; cd '%s'\n%s",
		folder, folder, command);
	return program_run(line, output, sizeof(output));
}

static void install(void)
{
	char command[300];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(command, sizeof(command),
		"unset MAKEFLAGS MFLAGS MAKELEVEL; make -s install-own PREFIX='%s/installed'",
		folder);
	int status = program_run(command, output, sizeof(output));
	ck_assert_msg(status == 0, "%s", output);
	status = run("awk '/^```c$/ { in_it = 1; next } /^```/ { in_it = 0 } in_it' "
		     "\"$top/docs/own.md\" >sums.c");
	ck_assert_msg(status == 0, "%s", output);
}

static void leave(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	ck_assert_int_eq(program_run(command, output, sizeof(output)), 0);
}

/* The n-th block of commands in docs/own.md, into a file. */
static void take_block(int n)
{
	char command[300];

	snprintf(command, sizeof(command),
		"awk '/^```sh$/ { n++; in_it = n == %d; next } /^```/ { in_it = 0 } in_it' "
		"\"$top/docs/own.md\" >block && [ -s block ]",
		n);
	int status = run(command);
	ck_assert_msg(status == 0, "block %d: %s", n, output);
}

START_TEST(the_commands_of_the_page_do_what_it_says)
{
	static const char *const tables[] = {
		"add", "adders", "nothing", "sequential", "threads", "processes", "async"};

	take_block(1);
	int status = run("sh -e ./block");
	ck_assert_msg(status == 0, "%s", output);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		ck_assert_msg(strstr(output, tables[i]) != NULL, "%s: %s", tables[i], output);
	take_block(2);
	status = run("sh -e ./block");
	/* any verdict will do on a machine that does something else, too */
	ck_assert_msg(status == 0 || status == 1 || status == 4, "%d: %s", status, output);
	ck_assert_msg(strstr(output, "add/sequential") != NULL, "%s", output);
}
END_TEST

START_TEST(the_ring_is_short_and_compiles)
{
	static const char *const compilers[] = {"gcc", "clang"};
	char command[300];

	ck_assert_int_eq(run("[ $(wc -l <\"$top/docs/examples/ring.c\") -lt 30 ]"), 0);
	for (int i = 0; i < 2; i++) {
		snprintf(command, sizeof(command),
			"command -v %s >/dev/null || exit 77; %s -Wall -Wextra -Werror -O2 "
			"\"$top/docs/examples/ring.c\" $(pkg-config --cflags --libs concbench) -o "
			"ring && ./ring list",
			compilers[i], compilers[i]);
		int status = run(command);
		if (status == 77)
			printf("skipped: %s is not here\n", compilers[i]);
		else
			ck_assert_msg(status == 0 && strstr(output, "pass") != NULL, "%s", output);
	}
}
END_TEST

/* What is mapped is inherited by every forked child, and would be a cost of the case. */
START_TEST(a_program_carries_no_library_of_a_workload)
{
	int status = run("cc -O2 \"$top/docs/examples/ring.c\" $(pkg-config --cflags --libs "
			 "concbench) -o ring && ldd ring");

	ck_assert_msg(status == 0, "%s", output);
	ck_assert_ptr_nonnull(strstr(output, "libc.so"));
	ck_assert_ptr_null(strstr(output, "libpq"));
	ck_assert_ptr_null(strstr(output, "libssl"));
	ck_assert_ptr_null(strstr(output, "libcrypto"));
}
END_TEST

START_TEST(the_header_is_for_cpp_too)
{
	int status =
		run("command -v g++ >/dev/null || exit 77; echo '#include <concbench.h>' | "
		    "g++ -x c++ -Wall -Werror -fsyntax-only $(pkg-config --cflags concbench) -");
	if (status == 77)
		printf("skipped: g++ is not here\n");
	else
		ck_assert_msg(status == 0, "%s", output);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("docs/own");
	TCase *cases = tcase_create("own");

	tcase_set_timeout(cases, 120);
	tcase_add_unchecked_fixture(cases, install, leave);
	tcase_add_test(cases, the_commands_of_the_page_do_what_it_says);
	tcase_add_test(cases, the_ring_is_short_and_compiles);
	tcase_add_test(cases, a_program_carries_no_library_of_a_workload);
	tcase_add_test(cases, the_header_is_for_cpp_too);
	suite_add_tcase(suite, cases);
	return suite;
}
