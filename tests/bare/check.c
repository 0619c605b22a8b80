/*
 * Runs tests one after the other, each in a child and process group of its own: see check.h here.
 */
#include "tests/bare/check.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TESTS_MOST = 256, TCASES_MOST = 16, SECONDS = 30, FAILED = 99 };

struct added {
	const struct test *test;
	int signal, start, end;
};

struct tcase {
	void (*setup)(void);
	void (*teardown)(void);
	unsigned seconds;
	int count;
	struct added tests[TESTS_MOST];
};

struct suite {
	const char *name;
	int count;
	TCase *tcases[TCASES_MOST];
};

struct srunner {
	Suite *suite;
	int checks, failures, errors;
};

static void *taken(size_t bytes)
{
	void *memory = calloc(1, bytes);

	if (memory == NULL)
		abort();
	return memory;
}

void check_is(int so, const char *file, int line, const char *format, ...)
{
	va_list arguments;

	if (so)
		return;
	fprintf(stderr, "%s:%d: ", file, line);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	_exit(FAILED);
}

Suite *suite_create(const char *name)
{
	Suite *suite = taken(sizeof *suite);

	suite->name = name;
	return suite;
}

TCase *tcase_create(const char *name)
{
	TCase *tcase = taken(sizeof *tcase);

	(void)name;
	tcase->seconds = SECONDS;
	return tcase;
}

void suite_add_tcase(Suite *suite, TCase *tcase)
{
	if (suite->count == TCASES_MOST)
		abort();
	suite->tcases[suite->count++] = tcase;
}

void tcase_set_timeout(TCase *tcase, double seconds)
{
	tcase->seconds = (unsigned)seconds;
}

void tcase_add_checked_fixture(TCase *tcase, void (*setup)(void), void (*teardown)(void))
{
	tcase->setup = setup;
	tcase->teardown = teardown;
}

void tcase_add(TCase *tcase, const struct test *test, int signal, int start, int end)
{
	if (tcase->count == TESTS_MOST)
		abort();
	tcase->tests[tcase->count++] = (struct added){test, signal, start, end};
}

SRunner *srunner_create(Suite *suite)
{
	SRunner *runner = taken(sizeof *runner);

	runner->suite = suite;
	return runner;
}

static void run_in_child(const TCase *tcase, const struct test *test, int i)
{
	setpgid(0, 0);
	if (tcase->setup != NULL)
		tcase->setup();
	test->fn(i);
	if (tcase->teardown != NULL)
		tcase->teardown();
	exit(EXIT_SUCCESS);
}

/* Waits for a child without reaping it; a second child is the clock. Returns how it ended. */
static int status_of(pid_t child, unsigned seconds)
{
	int status = 0;
	pid_t clock = fork();

	if (clock == 0) {
		sleep(seconds);
		kill(-child, SIGKILL);
		_exit(0);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	kill(-child, SIGKILL); /* what it left behind */
	kill(clock, SIGKILL);
	waitpid(clock, NULL, 0);
	return status;
}

static void run_one(SRunner *runner, const TCase *tcase, const struct added *added, int i)
{
	fflush(NULL);
	pid_t child = fork();

	if (child == 0)
		run_in_child(tcase, added->test, i);
	setpgid(child, child);
	int status = status_of(child, tcase->seconds);
	int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	runner->checks++;
	if (signal == added->signal && code == 0)
		return;
	runner->failures += code == FAILED;
	runner->errors += code != FAILED;
	printf("%s:%d: ended with exit status %d and signal %d, expected was signal %d\n",
		added->test->name, i, code, signal, added->signal);
}

void srunner_run_all(SRunner *runner, enum print_output how)
{
	(void)how;
	printf("Running suite(s): %s\n", runner->suite->name);
	for (int i = 0; i < runner->suite->count; i++) {
		const TCase *tcase = runner->suite->tcases[i];
		for (int j = 0; j < tcase->count; j++)
			for (int k = tcase->tests[j].start; k < tcase->tests[j].end; k++)
				run_one(runner, tcase, &tcase->tests[j], k);
	}
	int bad = runner->failures + runner->errors;
	printf("%d%%: Checks: %d, Failures: %d, Errors: %d\n",
		runner->checks == 0 ? 0 : 100 * (runner->checks - bad) / runner->checks,
		runner->checks, runner->failures, runner->errors);
}

int srunner_ntests_failed(SRunner *runner)
{
	return runner->failures + runner->errors;
}

void srunner_free(SRunner *runner)
{
	for (int i = 0; i < runner->suite->count; i++)
		free(runner->suite->tcases[i]);
	free(runner->suite);
	free(runner);
}
