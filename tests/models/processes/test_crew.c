/*
 * What only crews of processes have: pids, parents, signals, other children beside the crew's.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models/model.h"
#include "models/processes/processes.h"
#include "models/processes/reap.h"
#include "tests/leftovers.h"
#include "tests/suite.h"

enum { TASKS = 6 };

static struct shared {
	_Atomic uint32_t word;
	_Atomic int waiting;
	_Atomic int ended;
	_Atomic int told;
	pid_t pids[TASKS];
} * shared;

static const char *const names[] = {"processes", "process-pool"};

static void map_shared(void)
{
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(shared, MAP_FAILED);
}

static void release(void)
{
	atomic_store(&shared->word, 1);
	process_word_wake(&shared->word);
}

static void on_failure(void *arg, int task, int rc, int signal)
{
	(void)signal;
	(void)arg;
	(void)task;
	(void)rc;
	atomic_fetch_add(&shared->told, 1);
	release();
}

static int wait_for_word(void *arg)
{
	(void)arg;
	shared->pids[atomic_fetch_add(&shared->waiting, 1)] = getpid();
	while (atomic_load(&shared->word) == 0)
		process_word_wait(&shared->word, 0);
	atomic_fetch_add(&shared->ended, 1);
	return 0;
}

static int count(void *arg)
{
	(void)arg;
	atomic_fetch_add(&shared->ended, 1);
	return 0;
}

static int leave_by_exit(void *arg)
{
	_exit(*(int *)arg);
}

static int die(void *arg)
{
	raise(*(int *)arg);
	return 0;
}

static int spawn_all(struct crew *crew, const char *name, task_fn *fn, int n)
{
	crew->workers = n;
	int rc = crew_open(crew, model_find(name), n);
	for (int i = 0; i < n && rc == 0; i++)
		rc = crew_spawn(crew, fn, shared);
	return rc;
}

static void wait_until(_Atomic int *value, int n)
{
	while (atomic_load(value) < n)
		usleep(100);
}

START_TEST(a_killed_task_fails_with_its_signal_while_the_parent_waits)
{
	struct crew crew = {.on_failure = on_failure};
	pid_t pids[TASKS];

	ck_assert_int_eq(spawn_all(&crew, names[_i], wait_for_word, TASKS), 0);
	wait_until(&shared->waiting, TASKS);
	ck_assert_int_eq(crew_pids(&crew, pids, TASKS), TASKS);
	ck_assert_int_eq(kill(pids[2], SIGUSR1), 0);
	ck_assert_int_eq(crew_join(&crew, 0), -EOWNERDEAD);
	ck_assert_int_eq(crew.failure.signal, SIGUSR1);
	ck_assert_int_eq(atomic_load(&shared->told), 1);
	ck_assert_int_eq(atomic_load(&shared->ended), TASKS - 1);
}
END_TEST

START_TEST(a_task_that_leaves_by_exit_has_failed)
{
	struct crew crew = {0};

	for (int i = 0; i < 2; i++) {
		/* also with the status that a failed task leaves by */
		*(int *)shared = i == 0 ? 3 : REAP_TOLD;
		ck_assert_int_eq(spawn_all(&crew, names[_i], leave_by_exit, 1), 0);
		ck_assert_int_eq(crew_join(&crew, 0), -EPROTO);
		ck_assert_int_eq(crew.failure.signal, 0);
	}
}
END_TEST

START_TEST(the_pids_are_those_of_living_workers)
{
	struct crew crew = {0};
	pid_t pids[TASKS + 1];

	ck_assert_int_eq(spawn_all(&crew, names[_i], wait_for_word, TASKS), 0);
	wait_until(&shared->waiting, TASKS);
	ck_assert_int_eq(crew_pids(&crew, pids, TASKS + 1), TASKS);
	for (int i = 0; i < TASKS; i++) {
		int found = 0;
		for (int j = 0; j < TASKS; j++)
			found += pids[i] == shared->pids[j];
		ck_assert_int_eq(found, 1);
	}
	ck_assert_int_eq(crew_pids(&crew, pids, 2), 2);
	release();
	ck_assert_int_eq(crew_join(&crew, 0), 0);
	ck_assert_int_eq(crew_pids(&crew, pids, TASKS), 0);
}
END_TEST

START_TEST(an_ignored_sigchld_hides_no_death_and_is_ignored_again_afterwards)
{
	struct sigaction now;
	struct crew crew = {0};
	int *signal_number = (int *)(void *)&shared->pids[0];

	signal(SIGCHLD, SIG_IGN);
	*signal_number = SIGKILL;
	ck_assert_int_eq(crew_open(&crew, model_find(names[_i]), TASKS), 0);
	for (int i = 0; i < TASKS; i++)
		ck_assert_int_eq(crew_spawn(&crew, i == 3 ? die : count, signal_number), 0);
	ck_assert_int_eq(crew_join(&crew, 0), -EOWNERDEAD);
	ck_assert_int_eq(crew.failure.task, 3);
	ck_assert_int_eq(crew.failure.signal, SIGKILL);
	ck_assert_int_eq(atomic_load(&shared->ended), TASKS - 1);
	sigaction(SIGCHLD, NULL, &now);
	ck_assert(now.sa_handler == SIG_IGN);
}
END_TEST

static int exit_with_seven(void *arg)
{
	(void)arg;
	return 7;
}

START_TEST(children_that_are_not_the_crews_are_left_to_their_owner)
{
	struct crew crew = {.on_failure = on_failure};
	siginfo_t info;
	pid_t other, pids[TASKS];
	int status;

	ck_assert_int_eq(process_fork(exit_with_seven, NULL, &other), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)other, &info, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(spawn_all(&crew, names[_i], wait_for_word, TASKS), 0);
	wait_until(&shared->waiting, TASKS);
	crew_pids(&crew, pids, TASKS);
	kill(pids[TASKS - 1], SIGKILL);
	ck_assert_int_eq(crew_join(&crew, 0), -EOWNERDEAD);
	ck_assert_int_eq(atomic_load(&shared->ended), TASKS - 1);
	ck_assert_int_eq(waitpid(other, &status, 0), other);
	ck_assert_int_eq(WEXITSTATUS(status), 7);
}
END_TEST

static int open_and_wait(void *arg)
{
	struct crew crew = {0};

	if (spawn_all(&crew, arg, wait_for_word, TASKS) != 0)
		return 1;
	return crew_join(&crew, 0) != 0;
}

START_TEST(tasks_die_with_the_process_that_spawned_them)
{
	pid_t middle;
	int status;

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	ck_assert_int_eq(process_fork(open_and_wait, (void *)(uintptr_t)names[_i], &middle), 0);
	wait_until(&shared->waiting, TASKS);
	ck_assert_int_eq(kill(middle, SIGKILL), 0);
	ck_assert_int_eq(waitpid(middle, &status, 0), middle);
	for (int i = 0; i < TASKS; i++) {
		ck_assert_int_eq(waitpid(shared->pids[i], &status, 0), shared->pids[i]);
		ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
	ck_assert_int_eq(atomic_load(&shared->ended), 0);
}
END_TEST

START_TEST(what_the_parent_had_buffered_is_written_once)
{
	struct crew crew = {0};
	char line[64] = "";
	FILE *out = tmpfile();

	fflush(stdout);
	int saved = dup(STDOUT_FILENO);
	dup2(fileno(out), STDOUT_FILENO);
	printf("once\n");
	int rc = spawn_all(&crew, names[_i], count, TASKS);
	rc = crew_join(&crew, rc);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	ck_assert_int_eq(rc, 0);
	rewind(out);
	ck_assert_uint_eq(fread(line, 1, sizeof(line), out), 5);
	ck_assert_str_eq(line, "once\n");
	fclose(out);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("processes");
	TCase *tc = tcase_create("crew");
	int models_here = (int)(sizeof(names) / sizeof(names[0]));

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, map_shared, NULL);
	tcase_add_loop_test(
		tc, a_killed_task_fails_with_its_signal_while_the_parent_waits, 0, models_here);
	tcase_add_loop_test(tc, a_task_that_leaves_by_exit_has_failed, 0, models_here);
	tcase_add_loop_test(tc, the_pids_are_those_of_living_workers, 0, models_here);
	tcase_add_loop_test(tc, an_ignored_sigchld_hides_no_death_and_is_ignored_again_afterwards,
		0, models_here);
	tcase_add_loop_test(
		tc, children_that_are_not_the_crews_are_left_to_their_owner, 0, models_here);
	tcase_add_loop_test(tc, tasks_die_with_the_process_that_spawned_them, 0, models_here);
	tcase_add_loop_test(tc, what_the_parent_had_buffered_is_written_once, 0, models_here);
	suite_add_tcase(s, tc);
	return s;
}
