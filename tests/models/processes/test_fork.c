/*
 * The one place that forks.
 */
/* wrap: fork _Fork */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models/processes/processes.h"
#include "tests/faults.h"
#include "tests/suite.h"

static int seven(void *arg)
{
	(void)arg;
	return 7;
}

static int death_signal(void *arg)
{
	int number = 0;

	(void)arg;
	return prctl(PR_GET_PDEATHSIG, &number) == 0 ? number : 0;
}

static int status_of(int (*body)(void *arg))
{
	pid_t pid;
	int status;

	ck_assert_int_eq(process_fork(body, NULL, &pid), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(the_bodys_result_is_the_status_and_the_child_dies_with_its_parent)
{
	ck_assert_int_eq(status_of(seven), 7);
	ck_assert_int_eq(status_of(death_signal), SIGKILL);
}
END_TEST

START_TEST(a_limit_comes_back_as_its_error)
{
	pid_t pid = -7;

	fault_set(FAULT_FORK, 1, EAGAIN);
	ck_assert_int_eq(process_fork(seven, NULL, &pid), -EAGAIN);
	ck_assert_int_eq(pid, -7);
}
END_TEST

static int prepared;

static void prepare(void)
{
	prepared++;
}

static void *wait_for_ever(void *arg)
{
	pause();
	return arg;
}

START_TEST(beside_other_threads_it_is_the_librarys_fork_with_its_locks_and_handlers)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_atfork(prepare, NULL, NULL), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_ever, NULL), 0);
	ck_assert_int_eq(status_of(seven), 7);
	ck_assert_int_eq(prepared, 1);
}
END_TEST

START_TEST(children_are_wanted_for_as_long_as_asked)
{
	struct sigaction before, now;

	signal(SIGCHLD, SIG_IGN);
	process_want_children(&before);
	ck_assert_int_eq(status_of(seven), 7);
	process_restore_children(&before);
	sigaction(SIGCHLD, NULL, &now);
	ck_assert(now.sa_handler == SIG_IGN);
	ck_assert_int_eq(waitpid(-1, NULL, 0), -1);
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

static void handler(int number)
{
	(void)number;
}

START_TEST(a_handler_that_does_not_hinder_stays)
{
	struct sigaction before, now;

	signal(SIGCHLD, handler);
	process_want_children(&before);
	sigaction(SIGCHLD, NULL, &now);
	ck_assert(now.sa_handler == handler);
	process_restore_children(&before);
	sigaction(SIGCHLD, NULL, &now);
	ck_assert(now.sa_handler == handler);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("fork");
	TCase *tc = tcase_create("fork");

	tcase_add_test(tc, the_bodys_result_is_the_status_and_the_child_dies_with_its_parent);
	tcase_add_test(tc, a_limit_comes_back_as_its_error);
	tcase_add_test(
		tc, beside_other_threads_it_is_the_librarys_fork_with_its_locks_and_handlers);
	tcase_add_test(tc, children_are_wanted_for_as_long_as_asked);
	tcase_add_test(tc, a_handler_that_does_not_hinder_stays);
	suite_add_tcase(s, tc);
	return s;
}
