/*
 * Signals, children and names on the loop.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/models/async/in_loop.h"

static int signal_body(void *arg)
{
	struct async_signals signals;
	sigset_t set;
	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	must(async_signals_open(&signals, &set) == 0);
	must(raise(SIGUSR1) == 0);
	must(async_signals_wait(&signals) == SIGUSR1);
	struct async_timeout limit;
	must(async_timeout_begin(&limit, MS) == 0);
	must(async_signals_wait(&signals) == -ETIMEDOUT);
	must(async_timeout_end(&limit));
	async_signals_close(&signals);
	return 0;
}

START_TEST(a_signal_is_awaited_like_anything_else)
{
	in_both_loops(signal_body, NULL);
}
END_TEST

static int child_body(void *arg)
{
	int status;
	(void)arg;
	pid_t child = fork();
	if (child == 0) {
		usleep(5000);
		_exit(7);
	}
	must(child > 0);
	struct async_timeout limit;
	must(async_timeout_begin(&limit, 100000) == 0);
	int rc = async_wait_child(child, &status);
	async_timeout_end(&limit);
	must(rc == -ETIMEDOUT || rc == 0);
	if (rc == -ETIMEDOUT)
		must(async_wait_child(child, &status) == 0);
	must(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	must(async_wait_child(child, &status) == -ECHILD);
	return 0;
}

START_TEST(a_child_s_end_is_awaited_and_an_interrupted_wait_reaps_nothing)
{
	in_both_loops(child_body, NULL);
}
END_TEST

static int names_body(void *arg)
{
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
	(void)arg;
	must(async_getaddrinfo("127.0.0.1", "80", &hints, &found) == 0);
	must(found != NULL && found->ai_family == AF_INET);
	freeaddrinfo(found);
	hints.ai_flags = AI_NUMERICHOST;
	must(async_getaddrinfo("not an address", "80", &hints, &found) == EAI_NONAME);
	return 0;
}

START_TEST(names_are_resolved_off_the_loop)
{
	in_loop(names_body, NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/process");
	TCase *tests = tcase_create("process");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_signal_is_awaited_like_anything_else);
	tcase_add_test(tests, a_child_s_end_is_awaited_and_an_interrupted_wait_reaps_nothing);
	tcase_add_test(tests, names_are_resolved_off_the_loop);
	suite_add_tcase(suite, tests);
	return suite;
}
