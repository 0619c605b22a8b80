/*
 * scripts/bench-echo: what it asks the driver for. The driver here says what it was given.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[16384], folder[] = "/tmp/concbench-bench-echo-XXXXXX";

/* Runs a command in the folder; $REPO is where we are. */
static void shell(const char *text)
{
	char command[400];

	snprintf(command, sizeof command, "REPO=$(pwd); cd '%s' && %s", folder, text);
	ck_assert_int_eq(system(command), 0);
}

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	shell("mkdir -p scripts build/fake/peers && cp \"$REPO/scripts/bench-echo\" scripts");
	shell("cd build/fake/peers && printf '#!/bin/sh\\necho \"$@\"\\n' >echo_drive && "
	      "chmod 755 echo_drive && cp echo_drive echo_epoll && cp echo_drive echo_uring");
}

static void teardown(void)
{
	char command[100];

	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
}

static void bench(const char *arguments, int status, const char *expected)
{
	char command[400];

	snprintf(
		command, sizeof command, "MODE=fake '%s/scripts/bench-echo' %s", folder, arguments);
	int got = program_run(command, output, sizeof output);
	ck_assert_msg(got == status, "exit status %d, not %d: %s", got, status, output);
	ck_assert_str_eq(output, expected);
}

START_TEST(the_usual_numbers_of_connections_are_compared_with_the_bare_epoll_loop)
{
	bench("", 0,
		"build/fake/peers/echo_epoll async 1 60 20000 55\n"
		"build/fake/peers/echo_epoll async 64 60 20000 55\n"
		"build/fake/peers/echo_epoll async 1000 60 20000 55\n");
}
END_TEST

START_TEST(the_model_on_io_uring_is_compared_with_the_bare_ring)
{
	bench("--model async-uring 64", 0,
		"build/fake/peers/echo_uring async-uring 64 60 20000 55\n");
}
END_TEST

START_TEST(everything_can_be_chosen)
{
	bench("--model m --peer echo_epoll --pairs 3 --seconds 4 --requests 5 6 7", 0,
		"build/fake/peers/echo_epoll m 6 3 5 4\n"
		"build/fake/peers/echo_epoll m 7 3 5 4\n");
}
END_TEST

START_TEST(what_cannot_be_run_is_told_in_one_line)
{
	bench("--nonsense", 2, "bench-echo: unknown option --nonsense (see --help)\n");
	bench("--peer echo_none", 4,
		"bench-echo: no build/fake/peers/echo_none (build it with: make bench-echo)\n");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("scripts/bench-echo");
	TCase *c = tcase_create("arguments");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, the_usual_numbers_of_connections_are_compared_with_the_bare_epoll_loop);
	tcase_add_test(c, the_model_on_io_uring_is_compared_with_the_bare_ring);
	tcase_add_test(c, everything_can_be_chosen);
	tcase_add_test(c, what_cannot_be_run_is_told_in_one_line);
	suite_add_tcase(s, c);
	return s;
}
