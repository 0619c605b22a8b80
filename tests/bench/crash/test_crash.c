/*
 * crash on models of each family: what was lost is counted, a drain loses nothing, and a drain that
 * closes at once, and a death that nobody ordered, are told.
 */
/* wrap: crash_drain http_compute */
#include "bench/crash/crash.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "tests/invoke.h"
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

/* More than can be answered, so that every worker has one in hand whenever it is killed. */
static const char *const usual[] = {
	"before=20ms", "after=60ms", "drain=30ms", "wait=20ms", "rate=1000", NULL};

static const char *const some_models[] = {"async", "threads", "process-pool"};
enum { MODELS = sizeof(some_models) / sizeof(some_models[0]) };

static int one_round(int argc, char **argv)
{
	for (int i = 0; i < argc - 1; i++)
		if (strcmp(argv[i], "--rounds") == 0)
			argv[i + 1] = "1";
	return exec_main(argc, argv);
}

/* Others' work may make the generator late; its counts are then as true. */
static void ran(struct record *record, const char *model, const char *const *params)
{
	invoke(record, one_round, &crash_workload, model, params);
	bool late = record->status == STATUS_INVALID &&
		    (strstr(record->reason, "missed by") != NULL ||
			    strstr(record->reason, "saturated") != NULL ||
			    strstr(record->reason, "the generator") != NULL);
	ck_assert_msg(record->status == STATUS_OK || late, "%s: %s", model, record->reason);
	ck_assert_ptr_nonnull(record->course);
}

START_TEST(a_kill_breaks_what_it_must_and_the_drain_loses_nothing)
{
	const char *model = some_models[_i];
	bool worker = strstr(model, "process") != NULL;
	struct record record;
	char text[200];

	ran(&record, model, usual);
	const struct course *course = record.course;
	ck_assert_msg(!course_fault(course, text, sizeof(text)), "%s", text);
	ck_assert_uint_eq(course->broken, worker ? 1 : record.work.tasks);
	ck_assert_uint_eq(course->last_lost, 0);
	ck_assert_int_gt(course->drain_ns, 0);
	ck_assert_int_ne(course->recovery_ns, COURSE_NA);
	ck_assert_uint_gt(course->lost, 0);
	ck_assert_uint_eq(record.work.operations, course->answered);
	record_release(&record);
}
END_TEST

static void is_told(int which, const char *model, enum status status, const char *reason)
{
	struct record record;

	bug = which;
	invoke(&record, one_round, &crash_workload, model, usual);
	bug = HONEST;
	ck_assert_msg(record.status == status, "%s", record.reason);
	ck_assert_msg(strstr(record.reason, reason) != NULL, "%s", record.reason);
	record_release(&record);
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
