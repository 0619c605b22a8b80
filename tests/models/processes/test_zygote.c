/*
 * The zygote.
 */
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models/processes/zygote.h"
#include "tests/leftovers.h"
#include "tests/suite.h"

static int touched_later;

static int exit_with(void *arg)
{
	return touched_later != 0 ? 99 : (int)(long)arg;
}

static int wait_for_ever(void *arg)
{
	(void)arg;
	pause();
	return 0;
}

START_TEST(children_see_memory_as_it_was_and_are_waited_for_through_the_zygote)
{
	struct leftovers before = leftovers_now();
	struct zygote zygote;
	pid_t pids[3], pid;
	int status, sum = 0;

	ck_assert_int_eq(zygote_open(&zygote), 0);
	touched_later = 1;
	for (long i = 0; i < 3; i++)
		ck_assert_int_eq(zygote_spawn(&zygote, exit_with, (void *)(i + 1), &pids[i]), 0);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(zygote_wait(&zygote, &pid, &status), 0);
		ck_assert(pid == pids[0] || pid == pids[1] || pid == pids[2]);
		sum += WEXITSTATUS(status);
	}
	ck_assert_int_eq(sum, 6);
	ck_assert_int_eq(zygote_wait(&zygote, &pid, &status), -ECHILD);
	zygote_close(&zygote);
	zygote_close(&zygote);
	ck_assert_ptr_null(leftovers_since(&before));
}
END_TEST

START_TEST(a_killed_child_is_told_with_its_signal)
{
	struct zygote zygote;
	pid_t pid, ended;
	int status;

	ck_assert_int_eq(zygote_open(&zygote), 0);
	ck_assert_int_eq(zygote_spawn(&zygote, wait_for_ever, NULL, &pid), 0);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(zygote_wait(&zygote, &ended, &status), 0);
	ck_assert_int_eq(ended, pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	zygote_close(&zygote);
}
END_TEST

START_TEST(a_dead_zygote_is_an_error_and_takes_its_children_along)
{
	struct zygote zygote;
	siginfo_t info;
	pid_t pid, ended;
	int status;

	ck_assert_int_eq(zygote_open(&zygote), 0);
	ck_assert_int_eq(zygote_spawn(&zygote, wait_for_ever, NULL, &pid), 0);
	int child = (int)syscall(SYS_pidfd_open, pid, 0);
	ck_assert_int_ge(child, 0);
	kill(zygote.pid, SIGKILL);
	struct pollfd polled = {.fd = child, .events = POLLIN};
	ck_assert_int_eq(poll(&polled, 1, 10000), 1);
	ck_assert_int_eq(waitid(P_PID, (id_t)zygote.pid, &info, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(zygote_spawn(&zygote, exit_with, NULL, &pid), -EPIPE);
	ck_assert_int_eq(zygote_wait(&zygote, &ended, &status), -EPIPE);
	zygote_close(&zygote);
	close(child);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("zygote");
	TCase *tc = tcase_create("zygote");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, children_see_memory_as_it_was_and_are_waited_for_through_the_zygote);
	tcase_add_test(tc, a_killed_child_is_told_with_its_signal);
	tcase_add_test(tc, a_dead_zygote_is_an_error_and_takes_its_children_along);
	suite_add_tcase(s, tc);
	return s;
}
