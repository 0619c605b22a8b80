/*
 * crash on every model that has it, and what the quick test leaves out: who holds the listener, a
 * kill in place of a drain, a worker that dies unordered, a cheater, and that nothing is left.
 */
/* wrap: http_compute */
#include "bench/crash/crash.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "tests/course.h"
#include "tests/suite.h"

static enum { HONEST, DIES, COMPUTES_NOTHING } bug;

int __real_http_compute(void *arg);
int __wrap_http_compute(void *arg);

int __wrap_http_compute(void *arg)
{
	static int calls;

	if (bug == DIES && ++calls == 4)
		raise(SIGKILL);
	return bug == COMPUTES_NOTHING ? 0 : __real_http_compute(arg);
}

static const char *const kept[] = {"before=20ms", "after=60ms", "drain=30ms", "wait=20ms",
	"rate=1000", "listener=master", NULL};
static const char *const killed[] = {
	"before=20ms", "after=60ms", "drain=30ms", "wait=20ms", "rate=1000", "end=kill", NULL};

/* Those that are not refused, beside the three of the quick test. */
static const char *const some_models[] = {"async-uring", "async-multi", "async-offload",
	"async-polling", "thread-pool", "threads-gil", "processes"};
enum { MODELS = sizeof(some_models) / sizeof(some_models[0]) };

START_TEST(a_kill_breaks_what_it_must_and_the_drain_loses_nothing)
{
	crash_breaks_what_it_must(some_models[_i]);
}
END_TEST

START_TEST(nobody_is_refused_where_the_master_holds_the_listener)
{
	struct record record;

	crash_ran(&record, "threads", kept);
	ck_assert_uint_eq(record.course->phases[0].refused, 0);
	ck_assert_uint_eq(record.course->phases[1].refused, 0);
	ck_assert_uint_gt(record.course->phases[2].refused, 0);
	record_release(&record);
}
END_TEST

START_TEST(a_kill_instead_of_a_drain_loses_what_is_in_flight)
{
	struct record record;

	crash_ran(&record, "async", killed);
	ck_assert_uint_gt(record.course->last_lost, 0);
	ck_assert_int_eq(record.course->drain_ns, COURSE_NEVER);
	ck_assert_int_gt(record.course->recovery_ns, 0);
	record_release(&record);
}
END_TEST

static void is_told(int which, const char *model, enum status status, const char *reason)
{
	bug = which;
	crash_is_told(model, status, reason);
}

START_TEST(a_death_that_nobody_ordered_is_told)
{
	is_told(DIES, "process-pool", STATUS_FAILED, "signal 9");
}
END_TEST

START_TEST(whoever_answers_without_computing_is_refused)
{
	is_told(COMPUTES_NOTHING, "threads", STATUS_INVALID, "wrong");
}
END_TEST

/* Ctrl-C's signal to exec, or its sudden end, in the middle of it all. */
START_TEST(nothing_is_left_whenever_it_ends)
{
	static const int signals[] = {SIGINT, SIGKILL};
	static const useconds_t moments_us[] = {20000, 70000, 120000, 200000};
	char *cells[] = {
		"crash/process-pool", "crash/async", "crash/processes", "overload/threads"};
	char *words[] = {
		"exec", cells[_i % 4], "--size", "smoke", "--seed", "1", "--record-fd", "2", NULL};

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (int i = 0; i < 8; i++) {
		pid_t pid = fork();
		ck_assert_int_ge(pid, 0);
		if (pid == 0) {
			close(STDERR_FILENO);
			_exit(exec_main(8, words));
		}
		usleep(moments_us[i / 2]);
		kill(pid, signals[i % 2]);
		ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
		/* its children end with it, and come to us */
		while (waitpid(-1, NULL, 0) > 0)
			;
		ck_assert_int_eq(errno, ECHILD);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("crash");
	TCase *c = tcase_create("crash");

	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, a_kill_breaks_what_it_must_and_the_drain_loses_nothing, 0, MODELS);
	tcase_add_test(c, nobody_is_refused_where_the_master_holds_the_listener);
	tcase_add_test(c, a_kill_instead_of_a_drain_loses_what_is_in_flight);
	tcase_add_test(c, a_death_that_nobody_ordered_is_told);
	tcase_add_test(c, whoever_answers_without_computing_is_refused);
	tcase_add_loop_test(c, nothing_is_left_whenever_it_ends, 0, 4);
	suite_add_tcase(s, c);
	return s;
}
