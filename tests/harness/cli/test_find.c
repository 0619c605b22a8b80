/*
 * concbench find: wrong use, and limits that are set low so that they are met soon.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "tests/leftovers.h"
#include "tests/suite.h"

static char output[4096];

static int find(const char *what, const char *cell)
{
	char *arguments[] = {"find", (char *)what, (char *)cell, NULL};
	char path[] = "/tmp/concbench-find-XXXXXX";
	int fd = mkstemp(path);
	int kept = dup(STDOUT_FILENO);

	ck_assert_int_ge(fd, 0);
	unlink(path);
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	int status = find_main(what == NULL ? 1 : cell == NULL ? 2 : 3, arguments);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	ssize_t length = pread(fd, output, sizeof(output) - 1, 0);
	output[length > 0 ? length : 0] = '\0';
	close(fd);
	close(kept);
	return status;
}

START_TEST(what_cannot_be_found_is_wrong_use)
{
	ck_assert_int_eq(find(NULL, NULL), EXIT_WRONG_USE);
	ck_assert_int_eq(find("happiness", NULL), EXIT_WRONG_USE);
	ck_assert_int_eq(find("limit", "idel"), EXIT_WRONG_USE);
	ck_assert_int_eq(find("limit", "idle/thread"), EXIT_WRONG_USE);
	ck_assert_str_eq(output, "");
}
END_TEST

START_TEST(descriptors_stop_a_server)
{
	struct rlimit limit = {200, 200};

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(find("limit", "echo/threads"), EXIT_FINE);
	ck_assert_ptr_nonnull(strstr(output, "RLIMIT_NOFILE 200 (raise it: ulimit -n)\n"));
}
END_TEST

START_TEST(a_users_processes_stop_threads_and_children)
{
	static const char *const cells[] = {"idle/threads", "idle/processes", "idle/thread-pool"};
	struct rlimit limit = {150, 150};
	uid_t uid = 300000 + (uid_t)getpid(); /* nobody else's */

	if (leftovers_sanitized() || getuid() != 0)
		return;
	ck_assert_int_eq(setresuid(uid, uid, uid), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_NPROC, &limit), 0);
	ck_assert_int_eq(find("limit", cells[_i]), EXIT_FINE);
	ck_assert_msg(
		strstr(output, "RLIMIT_NPROC 150 (raise it: ulimit -u)\n") != NULL, "%s", output);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("cli/find");
	TCase *tcase = tcase_create("find");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, what_cannot_be_found_is_wrong_use);
	tcase_add_test(tcase, descriptors_stop_a_server);
	tcase_add_loop_test(tcase, a_users_processes_stop_threads_and_children, 0, 3);
	suite_add_tcase(s, tcase);
	return s;
}
