/*
 * Python without the global lock: taken where it is, and where it is not the cells say how to get
 * it.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/guest/guest.h"
#include "harness/guest/talk.h"
#include "tests/harness/guest/scripted.h"
#include "tests/suite.h"

static const char program[] = "guests/python/guest-nogil";
static struct guest_about about;
static char error[480];

START_TEST(where_it_is_not_here_its_cells_say_how_to_get_it)
{
	const char *argv[] = {program, "invoke", "hash", "python-nogil-threading", NULL};
	struct talk talk = {0};
	char *line;

	ck_assert_int_eq(unsetenv("CONCBENCH_PYTHON"), 0);
	ck_assert_int_eq(setenv("PATH", "/nowhere", 1), 0);
	ck_assert_int_eq(guest_ask(&about, program, error, sizeof(error)), 0);
	ck_assert_int_eq(about.count, 3);
	ck_assert_str_eq(about.names[1], "python-nogil-threading");
	ck_assert_int_eq(talk_start(&talk, argv), 0);
	ck_assert_int_eq(talk_hear(&talk, 0, &line), 0);
	ck_assert_msg(strncmp(line, "impossible ", 11) == 0, "%s", line);
	ck_assert_ptr_nonnull(strstr(line, "apt-get install"));
	ck_assert_int_eq(talk_end(&talk, 1000000000), 0);
}
END_TEST

START_TEST(where_it_is_here_it_runs_the_guest_without_the_lock)
{
	guest_write("echo \"{\\\"concbench-guest\\\": 1, \\\"version\\\": \\\"$PYTHON_GIL ${1##*/} "
		    "$2\\\", "
		    "\\\"models\\\": [{\\\"name\\\": \\\"x\\\", \\\"summary\\\": \\\"s\\\"}]}\"");
	ck_assert_int_eq(setenv("CONCBENCH_PYTHON", guest_program, 1), 0);
	int rc = guest_ask(&about, program, error, sizeof(error));
	guest_remove();
	ck_assert_msg(rc == 0, "%s", error);
	ck_assert_str_eq(about.version, "0 guest.py concbench-guest");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("guests/python/guest-nogil");
	TCase *c = tcase_create("nogil");

	tcase_add_test(c, where_it_is_not_here_its_cells_say_how_to_get_it);
	tcase_add_test(c, where_it_is_here_it_runs_the_guest_without_the_lock);
	suite_add_tcase(s, c);
	return s;
}
