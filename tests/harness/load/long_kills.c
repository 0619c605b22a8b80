/*
 * Either side of a workload with a load process is killed at any moment: one record that says so,
 * soon, and nothing left behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/measure/clock.h"
#include "harness/record.h"
#include "tests/suite.h"

enum { RECORD_BYTES = 1 << 20, SOON_NS_PER_S = 1000000000, SOON_S = 20 };

enum victim { VICTIM_LOAD, VICTIM_SUT }; /* in the order in which they are forked */

static const char *const targets[] = {"echo/threads", "echo/processes", "echo/process-pool",
	"echo/async", "fetch/threads", "fetch/processes", "fetch/async", "fetch/sequential"};
static const useconds_t moments_us[] = {0, 3000, 20000, 100000, 300000};

enum {
	TARGETS = sizeof(targets) / sizeof(*targets),
	MOMENTS = sizeof(moments_us) / sizeof(*moments_us)
};

static pid_t start(const char *target, int out)
{
	char program[PATH_MAX] = "";
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 16);

	ck_assert_int_gt(length, 0);
	char *tests = strstr(program, "/tests/");
	ck_assert_ptr_nonnull(tests);
	strcpy(tests, "/concbench");
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(out, STDOUT_FILENO);
		execl(program, program, "exec", target, "--size", "smoke", "--seed", "1",
			"--window", "5s", "--kind", "time", (char *)NULL);
		_exit(127);
	}
	return pid;
}

/* The n-th child of a process, when it has that many. */
static pid_t child_of(pid_t parent, int n)
{
	char path[64], text[256];
	uint64_t until_ns = clock_now_ns() + (uint64_t)SOON_S * SOON_NS_PER_S;
	pid_t pids[2];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	while (clock_now_ns() < until_ns) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

		close(fd);
		text[got < 0 ? 0 : got] = '\0';
		if (sscanf(text, "%d %d", &pids[0], &pids[1]) == 2)
			return pids[n];
		usleep(200);
	}
	return -1;
}

static size_t read_all(int fd, char *into)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	size_t used = 0;
	ssize_t got = 1;

	while (got > 0) {
		ck_assert_msg(poll(&wait, 1, SOON_S * 1000) == 1, "no record after %d s", SOON_S);
		got = read(fd, into + used, RECORD_BYTES - used);
		used += got > 0 ? (size_t)got : 0;
	}
	return used;
}

START_TEST(a_killed_side_is_told_and_nothing_hangs)
{
	const char *target = targets[_i % TARGETS];
	useconds_t moment_us = moments_us[_i / TARGETS % MOMENTS];
	enum victim victim = (enum victim)(_i / TARGETS / MOMENTS);
	static char line[RECORD_BYTES];
	char error[200] = "";
	struct record record;
	int out[2], status;

	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	pid_t pid = start(target, out[1]);
	close(out[1]);
	pid_t killed = child_of(pid, victim);
	ck_assert_int_gt(killed, 0);
	usleep(moment_us);
	kill(killed, SIGKILL);
	size_t bytes = read_all(out[0], line);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	int rc = record_from_json(&record, line, bytes, error, sizeof(error));
	ck_assert_msg(rc == 0, "%s: %s: %.200s", target, error, line);
	ck_assert_msg(record.status == STATUS_FAILED && strstr(record.reason, "killed") != NULL,
		"%s after %d us: %s: %s", target, (int)moment_us, status_names[record.status],
		record.reason);
	record_release(&record);
	/* whatever it left behind is our child now */
	ck_assert_int_eq(waitpid(-1, &status, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
	close(out[0]);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("kills");
	TCase *c = tcase_create("either side");

	tcase_add_loop_test(c, a_killed_side_is_told_and_nothing_hangs, 0, TARGETS * MOMENTS * 2);
	tcase_set_timeout(c, 60);
	suite_add_tcase(s, c);
	return s;
}
