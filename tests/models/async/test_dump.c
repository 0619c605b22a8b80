/*
 * Dumps asked for by a signal.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "models/async/debug.h"
#include "tests/models/async/in_loop.h"

static char told[4096];
static _Atomic int lines;

static void keep(void *arg, const char *line)
{
	(void)arg;
	snprintf(told + strlen(told), sizeof told - strlen(told), "%s\n", line);
	atomic_fetch_add(&lines, 1);
}

static int sleeps(void *arg)
{
	(void)arg;
	return async_sleep(60000u * (uint64_t)MS);
}

static void *ask(void *arg)
{
	(void)arg;
	kill(getpid(), SIGUSR1);
	return NULL;
}

static int asked_by_signal(void *arg)
{
	struct async_loop *loop = async_loop_current();
	pthread_t asker;

	(void)arg;
	told[0] = '\0';
	lines = 0;
	loop->debug->report = keep;
	struct async_task *sleeper = async_spawn_named(sleeps, NULL, "sleeper");
	async_yield();
	must(pthread_create(&asker, NULL, ask, NULL) == 0);
	for (int i = 0; i < 10000 && atomic_load(&lines) < 3; i++)
		must(async_sleep(MS) == 0);
	must(pthread_join(asker, NULL) == 0);
	must(strstr(told, "2 tasks:") != NULL);
	must(strstr(told, "sleeper") != NULL && strstr(told, "async_sleep") != NULL);
	must(strstr(told, "main") != NULL && strstr(told, "stack ") != NULL);
	async_task_cancel(sleeper);
	must(async_task_join(sleeper) == -ECANCELED);
	return 0;
}

START_TEST(a_signal_makes_a_loop_in_debug_mode_tell_all_its_tasks)
{
	for (int i = 0; i < 2; i++) {
		struct async_options options = {
			.debug = true, .poller = i == 0 ? ASYNC_EPOLL : ASYNC_URING};
		int rc = async_run_with(asked_by_signal, NULL, &options);

		if (i == 0 || (rc != -ENOSYS && rc != -EPERM))
			ck_assert_int_eq(rc, 0);
	}
	kill(getpid(), SIGUSR1); /* no loop is left: nothing happens */
}
END_TEST

static void own(int signal)
{
	(void)signal;
	atomic_fetch_add(&lines, 1);
}

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

START_TEST(a_program_s_own_handler_of_the_signal_stays)
{
	struct async_options options = {.debug = true};

	lines = 0;
	signal(SIGUSR1, own);
	ck_assert_int_eq(async_run_with(nothing, NULL, &options), 0);
	raise(SIGUSR1);
	ck_assert_int_eq(lines, 1);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/dump");
	TCase *tests = tcase_create("dump");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_signal_makes_a_loop_in_debug_mode_tell_all_its_tasks);
	tcase_add_test(tests, a_program_s_own_handler_of_the_signal_stays);
	suite_add_tcase(suite, tests);
	return suite;
}
