/*
 * crash on models of each family: what was lost is counted, a drain loses nothing, and a drain that
 * closes at once, and a death that nobody ordered, are told.
 */
/* wrap: crash_drain http_compute */
#include "bench/crash/crash.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/course.h"
#include "tests/suite.h"

static enum { HONEST, DRAINS_AT_ONCE, DIES } bug;

void __real_crash_drain(struct crash *crash);
void __wrap_crash_drain(struct crash *crash);

/* A drain as it is often written: the process is told to go, and goes. */
void __wrap_crash_drain(struct crash *crash)
{
	if (bug == DRAINS_AT_ONCE) {
		atomic_store(&crash->drained_ns, atomic_load(&crash->drain_ns));
		kill(crash->server, SIGTERM);
		waitpid(crash->server, NULL, 0);
		crash->server = 0;
		/* a server that reports that all is well */
		crash->server = fork();
		if (crash->server == 0)
			_exit(0);
		return;
	}
	__real_crash_drain(crash);
}

int __real_http_compute(void *arg);
int __wrap_http_compute(void *arg);

int __wrap_http_compute(void *arg)
{
	static int calls;

	if (bug == DIES && ++calls == 4)
		raise(SIGKILL);
	return __real_http_compute(arg);
}

static const char *const some_models[] = {"async", "threads", "process-pool"};
enum { MODELS = sizeof(some_models) / sizeof(some_models[0]) };

START_TEST(a_kill_breaks_what_it_must_and_the_drain_loses_nothing)
{
	crash_breaks_what_it_must(some_models[_i]);
}
END_TEST

static void is_told(int which, const char *model, enum status status, const char *reason)
{
	bug = which;
	crash_is_told(model, status, reason);
}

START_TEST(a_drain_that_closes_at_once_is_told)
{
	is_told(DRAINS_AT_ONCE, "threads", STATUS_INVALID, "the drain lost");
}
END_TEST

START_TEST(a_death_that_nobody_ordered_is_told)
{
	is_told(DIES, "async", STATUS_FAILED, "killed by signal 9 (Killed), which nobody had");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("crash");
	TCase *c = tcase_create("crash");

	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, a_kill_breaks_what_it_must_and_the_drain_loses_nothing, 0, MODELS);
	tcase_add_test(c, a_drain_that_closes_at_once_is_told);
	tcase_add_test(c, a_death_that_nobody_ordered_is_told);
	suite_add_tcase(s, c);
	return s;
}
