/*
 * concbench exec as its callers see it: arguments, the record's descriptor, exit status, and what a
 * signal leaves.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "harness/cli/cli.h"
#include "harness/measure/tree.h"
#include "tests/harness/measure/scripted.h"
#include "tests/suite.h"

enum { ARGS_MAX = 24, TEXT_MAX = 1 << 20 };

/* What one run of the command gave. */
struct outcome {
	int status; /* exit status, or 256 + signal */
	char *out;  /* descriptor 1 */
	char *err;
};

static char *slurp(int fd)
{
	char *text = calloc(1, TEXT_MAX);
	size_t used = 0;
	ssize_t got;

	while (used < TEXT_MAX - 1 && (got = read(fd, text + used, TEXT_MAX - 1 - used)) > 0)
		used += (size_t)got;
	close(fd);
	return text;
}

/* Starts exec with these words, ended by NULL; its output on two pipes. */
static pid_t start(const char *const *words, int *out, int *err)
{
	int outs[2], errs[2];
	char *argv[ARGS_MAX] = {"exec"};
	int argc = 1;

	ck_assert_int_eq(pipe2(outs, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(errs, O_CLOEXEC), 0);
	for (; words[argc - 1] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1]; /* exec_main writes to none */
	pid_t pid = fork();
	if (pid == 0) {
		/* a restart would start the tests again */
		setenv("CONCBENCH_WITHOUT", "restart,settle", 1);
		close(outs[0]);
		close(errs[0]);
		dup2(outs[1], STDOUT_FILENO);
		dup2(errs[1], STDERR_FILENO);
		int status = exec_main(argc, argv);
		fflush(NULL);
		_exit(status);
	}
	close(outs[1]);
	close(errs[1]);
	*out = outs[0];
	*err = errs[0];
	return pid;
}

static int wait_status(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static struct outcome run(const char *const *words)
{
	struct outcome outcome;
	int out, err;
	pid_t pid = start(words, &out, &err);

	outcome.out = slurp(out);
	outcome.err = slurp(err);
	outcome.status = wait_status(pid);
	return outcome;
}

static void drop(struct outcome *outcome)
{
	free(outcome->out);
	free(outcome->err);
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

static struct record parse(const char *line)
{
	struct record record;
	char error[256];

	int rc = record_from_json(&record, line, strlen(line), error, sizeof(error));
	ck_assert_msg(rc == 0, "%s in %s", error, line);
	return record;
}

START_TEST(one_line_of_json_that_can_be_read_back)
{
	struct outcome outcome = RUN("scripted/threads", "--seed", "18446744073709551615",
		"--window", "20ms", "-p", "operations=3", "-c", "4", "--session", "s1", "--block",
		"2", "--slot", "5", "--arm", "head", "--order", "17", "--padding", "64");

	ck_assert_msg(outcome.status == 0, "%s", outcome.err);
	ck_assert_ptr_eq(strchr(outcome.out, '\n'), outcome.out + strlen(outcome.out) - 1);
	struct record record = parse(outcome.out);
	ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
	ck_assert_uint_eq(record.seed, UINT64_MAX);
	ck_assert_uint_eq(record.work.tasks, 4);
	ck_assert_uint_eq(record.work.operations, record.work.rounds * 12);
	ck_assert_int_eq(record_param_value(&record, "operations", -1), 3);
	ck_assert_int_eq(record_param_value(&record, "slack", -1), 1);
	ck_assert_str_eq(record.place.session, "s1");
	ck_assert_int_eq(record.place.block, 2);
	ck_assert_int_eq(record.place.slot, 5);
	ck_assert_str_eq(record.place.arm, "head");
	ck_assert_int_eq(record.place.order, 17);
	ck_assert_int_eq(record.place.padding, 64);
	ck_assert_uint_eq(strlen(record.place.binary_sha256), 64);
	ck_assert_uint_gt(record.window.ns, 0);
	record_release(&record);
	drop(&outcome);
}
END_TEST

START_TEST(every_kind_gives_a_valid_record)
{
	struct outcome outcome = RUN(
		"scripted/processes", "--kind", kind_names[_i], "--size", "smoke", "--rounds", "2");

	ck_assert_msg(outcome.status == 0, "%s", outcome.err);
	struct record record = parse(outcome.out);
	ck_assert_int_eq((int)record.kind, _i);
	ck_assert_uint_eq(record.work.rounds, 2);
	ck_assert_uint_eq(record.work.operations, 2 * 2);
	record_release(&record);
	drop(&outcome);
}
END_TEST

START_TEST(the_interface_has_a_version)
{
	struct outcome outcome = RUN("--interface");

	ck_assert_int_eq(outcome.status, 0);
	ck_assert_str_eq(outcome.out, "2\n");
	drop(&outcome);
}
END_TEST

START_TEST(the_record_goes_to_the_descriptor_that_is_named)
{
	int ends[2];
	char number[16];

	ck_assert_int_eq(pipe(ends), 0);
	snprintf(number, sizeof(number), "%d", ends[1]);
	struct outcome outcome =
		RUN("scripted/sequential", "--window", "1ms", "--record-fd", number);
	close(ends[1]);
	char *line = slurp(ends[0]);
	ck_assert_int_eq(outcome.status, 0);
	ck_assert_str_eq(outcome.out, "");
	struct record record = parse(line);
	record_release(&record);
	free(line);
	drop(&outcome);
}
END_TEST

START_TEST(wrong_use_gets_one_line_and_status_2)
{
	static const struct {
		const char *words[6];
		const char *message;
	} cases[] = {
		{{NULL}, "nothing to run: expected one WORKLOAD/MODEL"},
		{{"scripted"}, "scripted: expected WORKLOAD/MODEL"},
		{{"scriptde/threads"}, "no workload \"scriptde\" (did you mean scripted?)"},
		{{"scripted/thraeds"}, "no model \"thraeds\" (did you mean threads?)"},
		{{"scripted/threads", "-p", "operation=1"},
			"no parameter \"operation\" (did you mean operations?)"},
		{{"scripted/threads", "-p", "operations"}, "-p operations: expected NAME=VALUE"},
		{{"scripted/threads", "-p", "operations=0"}, "operations: 0 is out of range"},
		{{"scripted/threads", "-c", "0"}, "tasks: 0 is out of range"},
		{{"scripted/threads", "--kind", "space"}, "--kind space: expected time"},
		{{"scripted/threads", "--seed", "-1"}, "--seed -1: expected a number"},
		{{"scripted/threads", "--rounds", "0"}, "--rounds 0: expected a number"},
		{{"scripted/threads", "--window", "4"}, "--window 4: expected a duration"},
		{{"scripted/threads", "--sut-cpus", "0-"}, "--sut-cpus 0-: expected a list"},
		{{"scripted/threads", "--sut-cpus", "0,1023"}, "this process may use CPUs"},
		{{"served/threads", "--sut-cpus", "0", "--load-cpus", "0"}, "overlap"},
		{{"scripted/threads", "--record-fd", "x"}, "--record-fd x: expected"},
		{{"scripted/threads", "--nonsense"}, "--nonsense: unknown option"},
		{{"scripted/threads", "--window"}, "--window: unknown option or missing value"},
		{{"scripted/threads", "scripted/async"}, "expected one WORKLOAD/MODEL"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome outcome = run(cases[i].words);

		ck_assert_msg(
			outcome.status == 2, "%s: status %d", cases[i].message, outcome.status);
		ck_assert_msg(strstr(outcome.err, cases[i].message) != NULL,
			"expected \"%s\", got \"%s\"", cases[i].message, outcome.err);
		ck_assert_msg(
			strncmp(outcome.err, "concbench: exec: ", 17) == 0 &&
				strchr(outcome.err, '\n') == outcome.err + strlen(outcome.err) - 1,
			"not one line: \"%s\"", outcome.err);
		ck_assert_str_eq(outcome.out, "");
		drop(&outcome);
	}
}
END_TEST

START_TEST(a_failure_is_a_record_and_status_4)
{
	struct outcome outcome = RUN("scripted/processes", "--window", "20ms", "-p", "trouble=2",
		"-p", "victim=1", "-p", "phase=5");

	ck_assert_int_eq(outcome.status, 4);
	struct record record = parse(outcome.out);
	ck_assert_int_eq(record.status, STATUS_FAILED);
	ck_assert_str_eq(record.reason, "task 1 was killed by signal 9 (Killed)");
	record_release(&record);
	drop(&outcome);
}
END_TEST

START_TEST(a_limit_and_the_impossible_are_answers)
{
	struct outcome outcome = RUN("meeting/sequential");

	ck_assert_int_eq(outcome.status, 0);
	struct record record = parse(outcome.out);
	ck_assert_int_eq(record.status, STATUS_IMPOSSIBLE);
	record_release(&record);
	drop(&outcome);
}
END_TEST

START_TEST(a_reader_that_left_is_an_error_and_not_a_death)
{
	static const char *const words[] = {"scripted/threads", "--window", "50ms", NULL};
	int out, err;
	pid_t pid = start(words, &out, &err);

	close(out);
	char *message = slurp(err);
	ck_assert_int_eq(wait_status(pid), 4);
	ck_assert_ptr_nonnull(strstr(message, "the record could not be written"));
	free(message);
}
END_TEST

START_TEST(a_closed_descriptor_is_wrong_use_before_anything_is_measured)
{
	struct outcome outcome = RUN("scripted/threads", "--window", "1ms", "--record-fd", "987");

	ck_assert_int_eq(outcome.status, 2);
	ck_assert_ptr_nonnull(strstr(outcome.err, "--record-fd 987: expected an open descriptor"));
	drop(&outcome);
}
END_TEST

/* Waits until the process has this many below it, so that a signal comes in the midst of things. */
static void wait_for_tree(pid_t pid, int processes)
{
	struct tree tree = {0};

	for (int i = 0; i < 5000 && tree.count <= processes; i++) {
		ck_assert_int_eq(tree_list(&tree, pid), 0);
		usleep(1000);
	}
	ck_assert_int_gt(tree.count, processes);
	tree_release(&tree);
}

static const int interrupts[] = {SIGINT, SIGTERM, SIGHUP};

START_TEST(an_interrupted_exec_reports_and_tells_the_signal)
{
	static const char *const words[] = {"scripted/processes", "--window", "60s", NULL};
	int out, err;
	pid_t pid = start(words, &out, &err);

	wait_for_tree(pid, 4);
	ck_assert_int_eq(kill(pid, interrupts[_i]), 0);
	char *line = slurp(out);
	struct record record = parse(line);
	ck_assert_int_eq(record.status, STATUS_FAILED);
	ck_assert_str_eq(record.reason, "interrupted");
	ck_assert_int_eq(wait_status(pid), 128 + interrupts[_i]);
	record_release(&record);
	free(line);
	close(err);
}
END_TEST

START_TEST(nothing_survives_an_exec_that_is_killed)
{
	static const char *const targets[] = {
		"scripted/processes", "scripted/threads", "served/process-pool", "served/threads"};
	const char *const words[] = {targets[_i], "--window", "60s", NULL};
	int out, err;

	prctl(PR_SET_CHILD_SUBREAPER, 1); /* what it leaves becomes ours */
	pid_t pid = start(words, &out, &err);
	wait_for_tree(pid, _i == 0 ? 4 : 1);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	/* end-of-file on stderr, which all of them hold, is the end of the last one */
	struct pollfd ended = {.fd = err, .events = POLLIN};
	int rc;
	char byte;
	while ((rc = poll(&ended, 1, 20000)) == 1 && read(err, &byte, 1) > 0)
		;
	ck_assert_int_eq(rc, 1);
	while (waitpid(-1, NULL, 0) > 0)
		;
	ck_assert_int_eq(errno, ECHILD);
	close(out);
	close(err);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("exec");
	TCase *tcase = tcase_create("exec");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, one_line_of_json_that_can_be_read_back);
	tcase_add_loop_test(tcase, every_kind_gives_a_valid_record, 0, KINDS);
	tcase_add_test(tcase, the_interface_has_a_version);
	tcase_add_test(tcase, the_record_goes_to_the_descriptor_that_is_named);
	tcase_add_test(tcase, wrong_use_gets_one_line_and_status_2);
	tcase_add_test(tcase, a_failure_is_a_record_and_status_4);
	tcase_add_test(tcase, a_limit_and_the_impossible_are_answers);
	tcase_add_test(tcase, a_reader_that_left_is_an_error_and_not_a_death);
	tcase_add_test(tcase, a_closed_descriptor_is_wrong_use_before_anything_is_measured);
	tcase_add_loop_test(tcase, an_interrupted_exec_reports_and_tells_the_signal, 0, 3);
	tcase_add_loop_test(tcase, nothing_survives_an_exec_that_is_killed, 0, 4);
	suite_add_tcase(s, tcase);
	return s;
}
