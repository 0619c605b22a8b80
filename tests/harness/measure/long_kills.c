/*
 * SIGKILL of any process of an invocation at any moment: there is a record with the reason, or the
 * kill came too late; in either case nothing is left. The seed is printed on failure.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <time.h>

#include "harness/measure/tree.h"
#include "tests/harness/measure/scripted.h"
#include "tests/suite.h"

enum { KILLS = 150, LATEST_US = 60000, LINE_MAX_BYTES = 1 << 20 };

static const struct workload *const targets[] = {
	&scripted_workload, &meeting_workload, &served_workload};

static struct plan random_plan(unsigned *seed)
{
	const struct workload *workload = targets[rand_r(seed) % 3];
	const struct model *model;
	int count = 0;

	while (models[count].name != NULL)
		count++;
	do {
		model = &models[rand_r(seed) % (unsigned)count];
	} while (!scripted_model_works(model) || workload->run[model->family] == NULL ||
		 (workload != &scripted_workload && model->kind == MODEL_INLINE));
	struct plan plan = scripted_plan(workload, model);
	plan.draft.window_ns = 30000000;
	return plan;
}

/* The supervisor in a child, its record as a line on a pipe. */
static pid_t start(const struct plan *plan, int *out)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct record record;
		int interrupted;

		close(ends[0]);
		setenv("CONCBENCH_WITHOUT", "settle", 1);
		if (invocation_run(plan, &record, &interrupted) != 0)
			_exit(2);
		char *line = record_to_json(&record);
		ssize_t done = write(ends[1], line, strlen(line));
		_exit(done == (ssize_t)strlen(line) && waitpid(-1, NULL, WNOHANG) == -1 ? 0 : 3);
	}
	close(ends[1]);
	*out = ends[0];
	return pid;
}

/* Kills one process below, or the supervisor itself. Returns which. */
static pid_t kill_one(pid_t supervisor, unsigned *seed)
{
	struct tree tree = {0};
	pid_t victim = supervisor;

	usleep((useconds_t)(rand_r(seed) % LATEST_US));
	ck_assert_int_eq(tree_list(&tree, supervisor), 0);
	if (tree.count > 0)
		victim = tree.pids[rand_r(seed) % (unsigned)tree.count];
	/* its parent, which has not reaped it, pins the number of the supervisor only; a task that
	   ends in between would have to have its number reused at once */
	kill(victim, SIGKILL);
	tree_release(&tree);
	return victim;
}

static char *read_line(int fd)
{
	char *line = calloc(1, LINE_MAX_BYTES);
	size_t used = 0;
	ssize_t got;

	while ((got = read(fd, line + used, LINE_MAX_BYTES - 1 - used)) > 0)
		used += (size_t)got;
	close(fd);
	return line;
}

static void check_record(const char *line, unsigned seed)
{
	struct record record;
	char error[256];

	ck_assert_msg(record_from_json(&record, line, strlen(line), error, sizeof(error)) == 0,
		"seed %u: %s", seed, error);
	if (record.status != STATUS_OK)
		ck_assert_msg(record.status == STATUS_FAILED &&
				      strstr(record.reason, "killed by signal 9") != NULL,
			"seed %u: %s/%s: %s: %s", seed, record.workload, record.model,
			status_names[record.status], record.reason);
	record_release(&record);
}

START_TEST(whatever_is_killed_is_told_and_nothing_is_left)
{
	unsigned seed = (unsigned)time(NULL) * 1000u + (unsigned)_i;
	unsigned first = seed;
	struct plan plan = random_plan(&seed);
	int out, status;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid_t supervisor = start(&plan, &out);
	pid_t victim = kill_one(supervisor, &seed);
	char *line = read_line(out);
	ck_assert_int_eq(waitpid(supervisor, &status, 0), supervisor);
	if (victim == supervisor) {
		/* its children die with it, and come to us */
		while (waitpid(-1, NULL, 0) > 0)
			;
	} else {
		ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "seed %u: status %d",
			first, status);
		check_record(line, first);
	}
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
	free(line);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("kills");
	TCase *tcase = tcase_create("kills");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, whatever_is_killed_is_told_and_nothing_is_left, 0, KILLS);
	suite_add_tcase(s, tcase);
	return s;
}
