/*
 * How a child ended, as a task's result.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models/processes/processes.h"
#include "models/processes/reap.h"
#include "tests/suite.h"

static int leave(void *arg)
{
	return *(int *)arg;
}

static int wait_for_ever(void *arg)
{
	(void)arg;
	pause();
	return 0;
}

static struct reaped end_of(int status)
{
	struct reaped reaped;
	pid_t pid;

	ck_assert_int_eq(process_fork(leave, &status, &pid), 0);
	ck_assert(reap(pid, 0, &reaped));
	ck_assert_int_eq(reaped.signal, 0);
	return reaped;
}

START_TEST(only_success_and_a_failure_told_already_are_no_failure)
{
	ck_assert_int_eq(end_of(0).rc, 0);
	ck_assert(!end_of(0).told);
	ck_assert_int_eq(end_of(REAP_TOLD).rc, 0);
	ck_assert(end_of(REAP_TOLD).told);
	ck_assert_int_eq(end_of(3).rc, -EPROTO);
}
END_TEST

START_TEST(a_signal_is_told_by_its_number_and_one_that_lives_is_not_reaped)
{
	struct reaped reaped;
	pid_t pid;

	ck_assert_int_eq(process_fork(wait_for_ever, NULL, &pid), 0);
	ck_assert(!reap(pid, WNOHANG, &reaped));
	kill(pid, SIGKILL);
	ck_assert(reap(pid, 0, &reaped));
	ck_assert_int_eq(reaped.rc, -EOWNERDEAD);
	ck_assert_int_eq(reaped.signal, SIGKILL);
}
END_TEST

START_TEST(one_that_somebody_else_reaped_has_failed)
{
	struct reaped reaped;
	int status = 0;
	pid_t pid;

	ck_assert_int_eq(process_fork(leave, &status, &pid), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert(reap(pid, 0, &reaped));
	ck_assert_int_eq(reaped.rc, -ECHILD);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("reap");
	TCase *tc = tcase_create("reap");

	tcase_add_test(tc, only_success_and_a_failure_told_already_are_no_failure);
	tcase_add_test(tc, a_signal_is_told_by_its_number_and_one_that_lives_is_not_reaped);
	tcase_add_test(tc, one_that_somebody_else_reaped_has_failed);
	suite_add_tcase(s, tc);
	return s;
}
