#include <stdlib.h>
#include <string.h>

#include "harness/guest/guest.h"
#include "tests/harness/guest/scripted.h"
#include "tests/suite.h"

static struct guest_about about;
static char error[480];

static int ask(const char *says)
{
	guest_write(says);
	int rc = guest_ask(&about, guest_program, error, sizeof(error));
	guest_remove();
	return rc;
}

START_TEST(a_guest_names_its_models_and_version)
{
	ck_assert_int_eq(ask("echo '{\"concbench-guest\": 1, \"version\": \"Shell 5\", \"extra\": "
			     "3, \"models\": "
			     "[{\"name\": \"sh\", \"summary\": \"a\"}, {\"name\": \"sh-2\", "
			     "\"summary\": \"b\"}]}'"),
		0);
	ck_assert_str_eq(about.version, "Shell 5");
	ck_assert_int_eq(about.count, 2);
	ck_assert_str_eq(about.names[1], "sh-2");
	ck_assert_str_eq(about.summaries[1], "b");
}
END_TEST

#define ABOUT(version_, models_) \
	"echo '{\"concbench-guest\": " version_ ", \"version\": \"x\", \"models\": " models_ "}'"
#define MODEL(name_) "{\"name\": \"" name_ "\", \"summary\": \"s\"}"

static const struct {
	const char *script, *complaint;
} wrong[] = {
	{ABOUT("2", "[" MODEL("a") "]"), "version 2 of the guest interface, this is version 1"},
	{ABOUT("\"1\"", "[" MODEL("a") "]"), "no number \"concbench-guest\""},
	{ABOUT("1", "[]"), "1 to 8"},
	{ABOUT("1", "[" MODEL("threads") "]"), "none of ours"},
	{ABOUT("1", "[" MODEL("A b") "]"), "small letters"},
	{ABOUT("1", "[" MODEL("../x") "]"), "small letters"},
	{ABOUT("1", "[{}]"), "1 to 8"},
	{ABOUT("1", "7"), "1 to 8"},
	{"echo '{\"concbench-guest\": 1}'", "no short text \"version\""},
	{"echo hallo", "did not answer"},
	{"exit 3", "ended with status 3"},
	{"true", "ended with status 0"},
};

START_TEST(what_is_no_guest_says_why)
{
	ck_assert_int_ne(ask(wrong[_i].script), 0);
	ck_assert_msg(
		strstr(error, wrong[_i].complaint) != NULL, "%s: %s", wrong[_i].script, error);
	ck_assert_ptr_null(strchr(error, '\n'));
}
END_TEST

START_TEST(only_a_path_is_taken_for_a_program)
{
	ck_assert(guest_is_path("./guest"));
	ck_assert(guest_is_path("../guest"));
	ck_assert(guest_is_path("/usr/bin/guest"));
	ck_assert(!guest_is_path("echo"));
	ck_assert(!guest_is_path("echo/threads"));
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("harness/guest/ask");
	TCase *cases = tcase_create("ask");

	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, a_guest_names_its_models_and_version);
	tcase_add_loop_test(cases, what_is_no_guest_says_why, 0, sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(cases, only_a_path_is_taken_for_a_program);
	suite_add_tcase(suite, cases);
	return suite;
}
