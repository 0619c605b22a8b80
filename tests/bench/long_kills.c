/*
 * SIGKILL of any process of an invocation of any workload in any model, at any moment: it ends
 * soon, its record says what was lost, or the kill came too late; nothing is left behind. A task
 * that is killed while it holds a lock that others want must not keep them, or the invocation would
 * not end soon.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/measure/clock.h"
#include "harness/measure/supervisor.h"
#include "harness/measure/tree.h"
#include "tests/invoke.h"
#include "tests/suite.h"

enum { KILLS = 500, LATEST_US = 150000, SOON_MS = 20000, RECORD_BYTES = 1 << 20 };

/* A cell by chance, of those that are possible; text: "WORKLOAD/MODEL". */
static void choose(char *text, size_t bytes, unsigned *seed)
{
	int rows = 0, columns = 0;

	while (workloads[rows] != NULL)
		rows++;
	while (models[columns].name != NULL)
		columns++;
	for (;;) {
		const struct workload *workload = workloads[rand_r(seed) % (unsigned)rows];
		const struct model *model = &models[rand_r(seed) % (unsigned)columns];
		char reason[RECORD_REASON_MAX];
		struct orders orders = {.workload = workload, .model = model};

		orders.tasks = (int)workload->params[workload->concurrency].smoke;
		orders.common[COMMON_POOL] = workload->pool == POOL_TASKS ? orders.tasks : 2;
		if (invocation_impossible(&orders, reason, sizeof(reason)) ||
			!model_runs_here(model))
			continue;
		snprintf(text, bytes, "%s/%s", workload->name, model->name);
		return;
	}
}

static pid_t start(const char *cell, int *out)
{
	char program[PATH_MAX] = "";
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 16);
	int ends[2];

	ck_assert_int_gt(length, 0);
	char *tests = strstr(program, "/tests/");
	ck_assert_ptr_nonnull(tests);
	strcpy(tests, "/concbench");
	ck_assert_int_eq(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl(program, program, "exec", cell, "--size", "smoke", "--seed", "1", "--window",
			"60ms", "--kind", "time", (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	*out = ends[0];
	return pid;
}

/* Kills one process of the tree, the supervisor too at times. Returns which, 0: none is left. */
static pid_t kill_one(pid_t supervisor, unsigned *seed)
{
	struct tree tree = {0};
	pid_t victim = 0;

	usleep((useconds_t)(rand_r(seed) % LATEST_US));
	ck_assert_int_eq(tree_list(&tree, supervisor), 0);
	if (tree.count > 0) {
		victim = tree.pids[rand_r(seed) % (unsigned)tree.count];
		kill(victim, SIGKILL);
	}
	tree_release(&tree);
	return victim;
}

/* What the invocation printed until its end; NULL when that did not come soon. */
static char *read_soon(int fd)
{
	uint64_t until_ns = clock_now_ns() + SOON_MS * 1000000ull;
	char *line = calloc(1, RECORD_BYTES);
	size_t used = 0;
	ssize_t got = 1;

	ck_assert_ptr_nonnull(line);
	while (got > 0 && used < RECORD_BYTES - 1) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		uint64_t now_ns = clock_now_ns();
		if (now_ns >= until_ns ||
			poll(&ready, 1, (int)((until_ns - now_ns) / 1000000)) == 0) {
			free(line);
			close(fd);
			return NULL;
		}
		got = read(fd, line + used, RECORD_BYTES - 1 - used);
		used += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	return line;
}

static void check_record(const char *line, const char *cell, unsigned seed)
{
	struct record record;
	char error[256];

	int rc = record_from_json(&record, line, strcspn(line, "\n"), error, sizeof(error));
	ck_assert_msg(rc == 0, "%s, seed %u: %s: %.300s", cell, seed, error, line);
	/* the load process may be the first to notice that a task of a server is gone */
	/* what db starts is told as not to be started, whichever of its programs was killed */
	if (record.status == STATUS_FAILED)
		ck_assert_msg(strstr(record.reason, "signal 9") != NULL ||
				      strstr(record.reason, "connection ") != NULL ||
				      strstr(record.reason, "PostgreSQL cannot be started") != NULL,
			"%s, seed %u: %s", cell, seed, record.reason);
	record_release(&record);
}

START_TEST(whatever_is_killed_is_told_soon_and_nothing_is_left)
{
	unsigned seed = (unsigned)time(NULL) * 1000u + (unsigned)_i;
	unsigned first = seed;
	char cell[2 * RECORD_NAME_MAX];
	int out;

	choose(cell, sizeof(cell), &seed);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid_t supervisor = start(cell, &out);
	pid_t victim = kill_one(supervisor, &seed);
	char *line = read_soon(out);
	ck_assert_msg(line != NULL, "%s, seed %u: did not end soon", cell, first);
	ck_assert_int_eq(waitpid(supervisor, NULL, 0), supervisor);
	if (victim != supervisor)
		check_record(line, cell, first);
	else /* its children die with it, and come to us */
		while (waitpid(-1, NULL, 0) > 0)
			;
	ck_assert_msg(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD,
		"%s, seed %u: a process is left", cell, first);
	free(line);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("bench/kills");
	TCase *tcase = tcase_create("kills");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, whatever_is_killed_is_told_soon_and_nothing_is_left, 0, KILLS);
	suite_add_tcase(s, tcase);
	return s;
}
