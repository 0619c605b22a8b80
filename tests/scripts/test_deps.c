/*
 * scripts/deps on machines that lack something: it says what is needed and why nothing was done.
 * The machines are folders of programs put in front of PATH.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/program.h"
#include "tests/suite.h"

static char output[16384], folder[] = "/tmp/concbench-deps-XXXXXX";

/* A program of the made machine. */
static void program(const char *name, const char *text)
{
	char path[200];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, "#!/bin/sh\n%s\n", text);
	fclose(file);
	ck_assert_int_eq(chmod(path, 0755), 0);
}

/* Only what a minimal system has, under its own names. */
static void setup(void)
{
	const char *const minimal[] = {"sed", "grep", "cat", "env", "head", NULL};
	char text[64];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	for (int i = 0; minimal[i] != NULL; i++) {
		snprintf(text, sizeof text, "PATH=/usr/bin:/bin exec %s \"$@\"", minimal[i]);
		program(minimal[i], text);
	}
	program("id", "echo 1000");
	program("env", "shift; exec \"$@\"");
	program("packages", "");
	char path[200];
	snprintf(path, sizeof path, "%s/list", folder);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs("# a comment\nneeded\nwished   # optional\n", file);
	fclose(file);
}

static void teardown(void)
{
	char command[100];

	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
}

static void deps(int status, const char *text)
{
	char command[300];

	snprintf(command, sizeof command, "PATH='%s' /bin/sh scripts/deps '%s/list'", folder,
		folder);
	int got = program_run(command, output, sizeof output);
	ck_assert_msg(got == status, "exit status %d, not %d: %s", got, status, output);
	ck_assert_msg(strstr(output, text) != NULL, "no '%s' in: %s", text, output);
}

START_TEST(without_apt_get_the_list_and_the_reason_are_printed)
{
	deps(2, "there is no apt-get here");
	ck_assert_ptr_nonnull(strstr(output, "needs these packages (Debian names): needed wished"));
}
END_TEST

START_TEST(what_is_installed_needs_no_root)
{
	program("apt-get", "echo must not be called; exit 1");
	program("dpkg-query", "echo install ok installed");
	deps(0, "deps: everything is installed");
}
END_TEST

START_TEST(an_ordinary_user_without_sudo_is_told_what_root_would_type)
{
	program("apt-get", "echo must not be called; exit 1");
	program("dpkg-query", "exit 1");
	deps(2, "not root and there is no sudo; as root: apt-get install needed wished");
	ck_assert_ptr_null(strstr(output, "must not be called"));
}
END_TEST

START_TEST(an_ordinary_user_installs_through_sudo)
{
	program("dpkg-query", "exit 1");
	program("sudo", "echo \"sudo $*\"; exit 0");
	program("apt-get", "exit 1");
	deps(0, "sudo env DEBIAN_FRONTEND=noninteractive apt-get");
	ck_assert_ptr_nonnull(strstr(output, "--no-install-recommends needed wished"));
}
END_TEST

START_TEST(an_optional_package_may_be_missing_a_required_one_may_not)
{
	program("id", "echo 0");
	program("dpkg-query", "for name; do :; done; grep -q \"^$name$\" "
			      "${0%/*}/installed "
			      "2>/dev/null && echo install ok installed");
	program("apt-get", "case \"$*\" in *wished*) exit 100;; *needed*) echo needed "
			   ">${0%/*}/installed;; esac");
	deps(0, "deps: optional package wished is not available");
	program("apt-get", "exit 100");
	program("dpkg-query", "exit 1");
	deps(2, "apt-get could not install: needed");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("deps");
	TCase *tcase = tcase_create("machines");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, without_apt_get_the_list_and_the_reason_are_printed);
	tcase_add_test(tcase, what_is_installed_needs_no_root);
	tcase_add_test(tcase, an_ordinary_user_without_sudo_is_told_what_root_would_type);
	tcase_add_test(tcase, an_ordinary_user_installs_through_sudo);
	tcase_add_test(tcase, an_optional_package_may_be_missing_a_required_one_may_not);
	suite_add_tcase(suite, tcase);
	return suite;
}
