/*
 * Programs among the arguments of a run: whose models stand beside ours, and which cannot be run.
 */
#include <errno.h>
#include <string.h>

#include "harness/run/guests.h"
#include "tests/harness/guest/scripted.h"
#include "tests/suite.h"

static struct guests guests;
static char error[640];

#define ABOUT(version, name)                                                          \
	"echo '{\"concbench-guest\": " version ", \"version\": \"x\", \"models\": [{" \
	"\"name\": \"" name "\", \"summary\": \"s\"}]}'"

static int take(const char *script)
{
	char *arguments[] = {"hash", guest_program, "echo/async"};

	guest_write(script);
	int rc = guests_take(&guests, arguments, 3, error, sizeof(error));
	guest_remove();
	return rc;
}

static int count_ours(void)
{
	int count = 0;

	while (models[count].name != NULL)
		count++;
	return count;
}

START_TEST(a_guests_models_stand_behind_ours)
{
	int ours = count_ours();

	ck_assert_int_eq(take(ABOUT("1", "sh")), 0);
	ck_assert_str_eq(guests.models[ours].name, "sh");
	ck_assert_str_eq(guests.programs[ours], guest_program);
	ck_assert_ptr_null(guests.refusals[ours]);
	ck_assert_ptr_null(guests.models[ours + 1].name);
	ck_assert_ptr_null(guests.programs[0]);
	ck_assert_int_eq(guests.selectors_count, 2);
	ck_assert_str_eq(guests.selectors[1], "echo/async");
	guests_free(&guests);
}
END_TEST

static const struct {
	const char *script, *reason;
} bad[] = {
	{ABOUT("2", "sh"), "speaks version 2 of the guest interface, this is version 1"},
	{"kill -11 $$", "was killed by signal 11"},
	{"exec tr '\\0' x </dev/zero", "a line of more than 256 KiB"},
	{"echo hallo", "is no guest"},
	{ABOUT("1", "threads"), "none of ours"},
};

START_TEST(what_does_not_say_what_it_is_has_refused_cells)
{
	int ours = count_ours();

	ck_assert_int_eq(take(bad[_i].script), 0);
	ck_assert_int_eq(strncmp(guests.models[ours].name, "concbench-guest-", 16), 0);
	ck_assert_ptr_nonnull(guests.refusals[ours]);
	ck_assert_msg(
		strstr(guests.refusals[ours], bad[_i].reason) != NULL, "%s", guests.refusals[ours]);
	for (int i = 0; i < ours; i++)
		ck_assert_ptr_null(guests.refusals[i]);
	guests_free(&guests);
}
END_TEST

START_TEST(what_is_no_program_is_wrong_use)
{
	char *missing[] = {"./nothing-of-this-name"}, *folder[] = {"/tmp"};

	ck_assert_int_eq(guests_take(&guests, missing, 1, error, sizeof(error)), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "No such file"));
	guests_free(&guests);
	ck_assert_int_eq(guests_take(&guests, folder, 1, error, sizeof(error)), -EINVAL);
	guests_free(&guests);
}
END_TEST

START_TEST(two_models_of_one_name_are_refused)
{
	char *arguments[] = {guest_program, guest_program};

	guest_write(ABOUT("1", "sh"));
	int rc = guests_take(&guests, arguments, 2, error, sizeof(error));
	guest_remove();
	ck_assert_int_eq(rc, -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "already a model 'sh'"));
	guests_free(&guests);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("harness/run/guests");
	TCase *c = tcase_create("guests");

	tcase_add_test(c, a_guests_models_stand_behind_ours);
	tcase_add_loop_test(
		c, what_does_not_say_what_it_is_has_refused_cells, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(c, what_is_no_program_is_wrong_use);
	tcase_add_test(c, two_models_of_one_name_are_refused);
	suite_add_tcase(s, c);
	return s;
}
