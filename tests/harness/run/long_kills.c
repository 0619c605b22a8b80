/*
 * SIGKILL, SIGTERM and SIGINT of any process of a run at any moment: what was measured is reported,
 * the exit status tells, and no process, temporary file, shared memory or control group is left.
 * The seed is printed on failure.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/measure/cgroup.h"
#include "harness/measure/tree.h"
#include "tests/suite.h"

enum { KILLS = 40, LATEST_US = 600000, DYING_S = 20 };

static char folder[] = "/tmp/concbench-kills-XXXXXX";
static char program[PATH_MAX], output[1 << 16];
static unsigned seed, first_seed;

static void set_up(void)
{
	ssize_t bytes = readlink("/proc/self/exe", program, sizeof(program) - 1);

	ck_assert_int_gt(bytes, 0);
	program[bytes] = '\0';
	char *tests = strstr(program, "/tests/");
	ck_assert_ptr_nonnull(tests);
	strcpy(tests, "/concbench");
	strcpy(folder, "/tmp/concbench-kills-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	ck_assert_int_eq(mkdir("tmp", 0755), 0);
	setenv("TMPDIR", "tmp", 1);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static void tear_down(void)
{
	char command[100];

	ck_assert_int_eq(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static int random_below(int bound)
{
	return (int)((unsigned)rand_r(&seed) % (unsigned)bound);
}

static pid_t start(void)
{
	static char *const cells[] = {"sleep/processes", "echo/async", "echo/threads",
		"file/process-pool", "fetch/threads", "mixed/thread-pool", "idle/processes"};
	char *cell = cells[random_below(7)];
	pid_t pid = fork();

	if (pid == 0) {
		int out = open("out", O_WRONLY | O_CREAT | O_TRUNC, 0644);
		dup2(out, STDOUT_FILENO);
		dup2(out, STDERR_FILENO);
		signal(SIGINT, SIG_DFL);
		execl(program, program, "run", cell, "hash/threads", "--effort", "smoke", "--seed",
			"1", (char *)NULL);
		_exit(127);
	}
	ck_assert_int_gt(pid, 0);
	return pid;
}

/* Signals the run or a process below it. Returns which. */
static pid_t strike(pid_t run, int number)
{
	struct tree tree = {0};
	pid_t victim = run;

	usleep((useconds_t)random_below(LATEST_US));
	ck_assert_int_eq(tree_list(&tree, run), 0);
	int chosen = random_below(tree.count + 1);
	if (chosen < tree.count)
		victim = tree.pids[chosen];
	kill(victim, number);
	tree_release(&tree);
	return victim;
}

static int wait_for(pid_t run)
{
	int status;

	ck_assert_int_eq(waitpid(run, &status, 0), run);
	FILE *file = fopen("out", "r");
	output[fread(output, 1, sizeof(output) - 1, file)] = '\0';
	fclose(file);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Orphans come to this process: all of them end. */
static void no_process_is_left(void)
{
	time_t late = time(NULL) + DYING_S;
	pid_t pid = 0;

	while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0 && time(NULL) < late)
		if (pid == 0)
			usleep(10000);
	ck_assert_msg(pid == -1 && errno == ECHILD, "seed %u: a process is left", first_seed);
}

static void no_entry_is_left(const char *path)
{
	DIR *entries = opendir(path);
	struct dirent *entry;

	while (entries != NULL && (entry = readdir(entries)) != NULL)
		ck_assert_msg(entry->d_name[0] == '.', "seed %u: %s/%s is left", first_seed, path,
			entry->d_name);
	if (entries != NULL)
		closedir(entries);
}

/* What the victim, if it was an exec, had made and could not remove. */
static void no_group_is_left(pid_t victim)
{
	static const char *const controllers[] = {"memory", "cpuacct"};
	char path[CGROUP_PATH_MAX], name[32];

	snprintf(name, sizeof(name), "concbench-%d", victim);
	for (int i = 0; i < 2; i++)
		if (cgroup_own_file(controllers[i], name, path, sizeof(path)) == 0)
			ck_assert_msg(
				access(path, F_OK) != 0, "seed %u: %s is left", first_seed, path);
}

START_TEST(whatever_is_struck_the_run_tells_what_it_has_and_nothing_is_left)
{
	static const int signals[] = {SIGKILL, SIGKILL, SIGTERM, SIGINT};

	seed = first_seed = (unsigned)time(NULL) * 1000u + (unsigned)_i;
	int number = signals[random_below(4)];
	pid_t run = start();
	pid_t victim = strike(run, number);
	int status = wait_for(run);

	no_process_is_left();
	if (victim == run) {
		/* it may have come before the run was ready, or after its end */
		ck_assert_msg(status == 128 + number || status == 0, "seed %u: status %d\n%s",
			first_seed, status, output);
	} else {
		ck_assert_msg(status == 0 || status == 4, "seed %u: status %d\n%s", first_seed,
			status, output);
		ck_assert_msg(
			strstr(output, "hash, on ") != NULL, "seed %u:\n%s", first_seed, output);
	}
	no_group_is_left(victim);
	no_entry_is_left("tmp");
	/* whatever is in the file can be read */
	if (access("results/latest", F_OK) == 0) {
		char command[PATH_MAX + 32];
		snprintf(command, sizeof(command), "%s report >out 2>&1", program);
		ck_assert_msg(system(command) == 0, "seed %u", first_seed);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("run/kills");
	TCase *c = tcase_create("kills");

	tcase_set_timeout(c, 120);
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_loop_test(
		c, whatever_is_struck_the_run_tells_what_it_has_and_nothing_is_left, 0, KILLS);
	suite_add_tcase(s, c);
	return s;
}
