#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/run/stop.h"
#include "tests/suite.h"

/* wrap: clock_gettime */

static time_t later_s;

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	int rc = __real_clock_gettime(clock, now);

	now->tv_sec += later_s;
	return rc;
}

START_TEST(nothing_asks_to_stop_before_a_signal)
{
	stop_install();
	ck_assert_int_eq(stop_signal(), 0);
}
END_TEST

START_TEST(each_of_the_three_asks_to_stop)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

	stop_install();
	raise(signals[_i]);
	ck_assert_int_eq(stop_signal(), signals[_i]);
}
END_TEST

START_TEST(the_same_request_twice_at_once_is_one_and_the_first_name_stays)
{
	stop_install();
	raise(SIGINT);
	raise(SIGTERM);
	raise(SIGINT);
	ck_assert_int_eq(stop_signal(), SIGINT);
}
END_TEST

/* The status of a child that is asked to stop twice, two seconds apart. */
static int ask_twice(int second)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		stop_install();
		raise(SIGINT);
		later_s = 2;
		raise(second);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status;
}

START_TEST(a_second_request_later_ends_it)
{
	int status = ask_twice(SIGINT);

	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	status = ask_twice(SIGTERM);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}
END_TEST

START_TEST(a_child_starts_with_the_default_actions)
{
	static const int reset[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ};
	struct sigaction action;
	sigset_t mask;

	stop_install();
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	stop_reset();
	for (unsigned i = 0; i < sizeof(reset) / sizeof(reset[0]); i++) {
		ck_assert_int_eq(sigaction(reset[i], NULL, &action), 0);
		ck_assert(action.sa_handler == SIG_DFL);
	}
	sigprocmask(SIG_BLOCK, NULL, &mask);
	ck_assert_int_eq(sigismember(&mask, SIGUSR1), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("stop");
	TCase *c = tcase_create("stop");

	tcase_add_test(c, nothing_asks_to_stop_before_a_signal);
	tcase_add_loop_test(c, each_of_the_three_asks_to_stop, 0, 3);
	tcase_add_test(c, the_same_request_twice_at_once_is_one_and_the_first_name_stays);
	tcase_add_test(c, a_second_request_later_ends_it);
	tcase_add_test(c, a_child_starts_with_the_default_actions);
	suite_add_tcase(s, c);
	return s;
}
