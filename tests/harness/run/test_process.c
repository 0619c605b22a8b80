#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/measure/clock.h"
#include "harness/run/process.h"
#include "harness/run/stop.h"
#include "tests/harness/run/scripted.h"
#include "tests/suite.h"

static char program[] = "/tmp/concbench-child-XXXXXX";
static struct run_plan plan;
static struct record record;

/* A shell script in the place of exec; descriptor 3 is the record's. */
static void write_program(const char *script)
{
	strcpy(program, "/tmp/concbench-child-XXXXXX");
	int fd = mkstemp(program);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_gt(dprintf(fd, "#!/bin/sh\n%s\n", script), 0);
	ck_assert_int_eq(fchmod(fd, 0700), 0);
	close(fd);
}

static int open_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) != -1;
	return count;
}

static enum kind kind;

static int invoke(const char *script, uint64_t deadline_ns)
{
	struct process_executor process;

	scripted_plan(&plan, "smoke", "echo");
	struct invocation_request request = {.cell = &plan.cells[1],
		.seed = 42,
		.window_ns = 20000000,
		.settle_ns = 3000000,
		.deadline_ns = deadline_ns,
		.padding = 100};
	plan.cells[1].kind = kind;
	write_program(script);
	process_executor_init(&process);
	process.program = program;
	int before = open_descriptors();
	int rc = process.executor.invoke(&process.executor, &request, &record);
	ck_assert_int_eq(open_descriptors(), before);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
	unlink(program);
	return rc;
}

static void expect_failed(const char *script, uint64_t deadline_ns, const char *reason)
{
	ck_assert_int_eq(invoke(script, deadline_ns), 0);
	ck_assert_int_eq(record.status, STATUS_FAILED);
	ck_assert_msg(strstr(record.reason, reason) != NULL, "'%s' instead of '%s'", record.reason,
		reason);
	ck_assert_str_eq(record.workload, "echo");
	ck_assert_str_eq(record.model, "async");
	/* a failed record is a record: it can be written and read */
	char error[300], *line = record_to_json(&record);
	struct record back;
	ck_assert_int_eq(record_from_json(&back, line, strlen(line), error, sizeof(error)), 0);
	record_release(&back);
	free(line);
	plan_free(&plan);
}

enum { LONG_NS = 1000000000 };
static const uint64_t patient_ns = 30ull * LONG_NS;

/* What the scripted executor would answer, in a file for the shell to print. */
static void write_answer(const char *path, const char *model)
{
	struct scripted scripted;
	struct run_plan answers;
	struct record answer = {0};

	scripted_init(&scripted);
	scripted_plan(&answers, "smoke", "echo");
	int cell = strcmp(model, "async") == 0 ? 1 : 2;
	struct invocation_request request = {
		.cell = &answers.cells[cell], .seed = 42, .window_ns = 20000000};
	ck_assert_int_eq(scripted.executor.invoke(&scripted.executor, &request, &answer), 0);
	char *line = record_to_json(&answer);
	FILE *file = fopen(path, "w");
	fputs(line, file);
	fclose(file);
	free(line);
	record_release(&answer);
	plan_free(&answers);
}

START_TEST(a_sound_answer_is_taken)
{
	char script[200], path[64];

	snprintf(path, sizeof(path), "/tmp/concbench-answer-%d", (int)getpid());
	write_answer(path, "async");
	snprintf(script, sizeof(script), "cat %s >&3", path);
	ck_assert_int_eq(invoke(script, patient_ns), 0);
	ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
	record_release(&record);
	plan_free(&plan);
	snprintf(script, sizeof(script), "cat %s >&3; exit 5", path);
	expect_failed(script, patient_ns, "exit status 5 after its record");
	snprintf(script, sizeof(script), "cat %s %s >&3", path, path);
	expect_failed(script, patient_ns, "wrote more than one line");
	snprintf(script, sizeof(script), "head -c 500 %s >&3", path);
	expect_failed(script, patient_ns, "wrote half a record, exit status 0");
	snprintf(script, sizeof(script), "sed 's/\"seed\":\"42\"/\"seed\":\"43\"/' %s >&3", path);
	expect_failed(
		script, patient_ns, "answered with a record of echo/async, kind time, seed 43");
	write_answer(path, "threads");
	snprintf(script, sizeof(script), "cat %s >&3", path);
	expect_failed(script, patient_ns, "answered with a record of echo/threads");
	unlink(path);
}
END_TEST

START_TEST(garbage_is_a_failure_that_says_so)
{
	expect_failed("echo garbage >&3", patient_ns, "wrote garbage: not JSON at byte");
	expect_failed("echo '{}' >&3", patient_ns, "wrote garbage: schema is missing");
	expect_failed("head -c 100000 /dev/zero >&3", patient_ns, "wrote half a record");
}
END_TEST

START_TEST(silence_is_a_failure_with_its_last_words)
{
	expect_failed("exit 4", patient_ns, "wrote no record, exit status 4");
	expect_failed("echo one >&2; echo the arena is full >&2; exit 1", patient_ns,
		"exit status 1: the arena is full");
	expect_failed("kill -SEGV $$", patient_ns, "ended by signal 11 (Segmentation fault)");
}
END_TEST

START_TEST(a_program_that_is_not_there_is_a_failure)
{
	struct process_executor process;

	scripted_plan(&plan, "smoke", "echo");
	struct invocation_request request = {
		.cell = &plan.cells[1], .seed = 42, .window_ns = 1, .deadline_ns = patient_ns};
	process_executor_init(&process);
	process.program = "/nowhere/concbench";
	ck_assert_int_eq(process.executor.invoke(&process.executor, &request, &record), 0);
	ck_assert_ptr_nonnull(strstr(record.reason, "cannot execute /nowhere/concbench"));
	plan_free(&plan);
}
END_TEST

START_TEST(a_hang_is_ended_at_its_deadline)
{
	uint64_t start_ns = clock_now_ns();

	expect_failed("exec sleep 60", LONG_NS / 2, "no end within 0.5 s, ended by force");
	ck_assert_uint_lt(clock_now_ns() - start_ns, 20ull * LONG_NS);
}
END_TEST

START_TEST(a_grandchild_that_keeps_the_pipe_open_does_not_hold_up_the_run)
{
	uint64_t start_ns = clock_now_ns();

	expect_failed("sleep 3 & exit 3", patient_ns, "wrote no record, exit status 3");
	ck_assert_uint_lt(clock_now_ns() - start_ns, 2ull * LONG_NS);
}
END_TEST

START_TEST(a_signal_to_the_run_ends_the_child_and_leaves_no_record)
{
	stop_install();
	pid_t self = getpid(), helper = fork();
	if (helper == 0) {
		usleep(300000);
		kill(self, SIGINT);
		_exit(0);
	}
	struct process_executor process;
	scripted_plan(&plan, "smoke", "echo");
	struct invocation_request request = {
		.cell = &plan.cells[1], .seed = 42, .window_ns = 1, .deadline_ns = patient_ns};
	write_program("exec sleep 60");
	process_executor_init(&process);
	process.program = program;
	ck_assert_int_eq(process.executor.invoke(&process.executor, &request, &record), -EINTR);
	ck_assert_int_eq(stop_signal(), SIGINT);
	ck_assert_int_eq(waitpid(helper, NULL, 0), helper);
	unlink(program);
	plan_free(&plan);
}
END_TEST

START_TEST(the_child_starts_with_default_signals_and_its_orders)
{
	char path[64], script[300], line[2000] = "";

	stop_install();
	snprintf(path, sizeof(path), "/tmp/concbench-orders-%d", (int)getpid());
	snprintf(script, sizeof(script),
		"echo \"$*\" > %s; grep SigIgn /proc/self/status >> %s; echo ${#CONCBENCH_PADDING} "
		">> %s",
		path, path, path);
	expect_failed(script, patient_ns, "wrote no record");
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	ck_assert_str_eq(line, "exec echo/async -p tasks=8 -p wait=1us -p calibration=1 --seed 42 "
			       "--window 20000000ns --kind time --sut-cpus 0 --load-cpus 1 "
			       "--record-fd 3\n");
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	/* SIGPIPE (13) is ignored here, not there */
	ck_assert_uint_eq(strtoull(strchr(line, ':') + 1, NULL, 16) & (1u << 12), 0);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	ck_assert_str_eq(line, "100\n");
	fclose(file);
	unlink(path);
}
END_TEST

START_TEST(only_a_memory_invocation_is_told_how_long_to_wait_for_a_still_baseline)
{
	kind = KIND_MEMORY;
	expect_failed("case \"$*\" in *--settle\\ 3000000ns*) exit 7;; esac", patient_ns,
		"exit status 7");
	kind = KIND_TIME;
	expect_failed("case \"$*\" in *--settle*) exit 7;; esac", patient_ns, "exit status 0");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("process");
	TCase *c = tcase_create("process");

	tcase_set_timeout(c, 60);
	tcase_add_test(c, a_sound_answer_is_taken);
	tcase_add_test(c, garbage_is_a_failure_that_says_so);
	tcase_add_test(c, silence_is_a_failure_with_its_last_words);
	tcase_add_test(c, a_program_that_is_not_there_is_a_failure);
	tcase_add_test(c, a_hang_is_ended_at_its_deadline);
	tcase_add_test(c, a_grandchild_that_keeps_the_pipe_open_does_not_hold_up_the_run);
	tcase_add_test(c, a_signal_to_the_run_ends_the_child_and_leaves_no_record);
	tcase_add_test(c, the_child_starts_with_default_signals_and_its_orders);
	tcase_add_test(c, only_a_memory_invocation_is_told_how_long_to_wait_for_a_still_baseline);
	suite_add_tcase(s, c);
	return s;
}
