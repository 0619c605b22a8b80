/*
 * Deaths of a pool's workers, and what takes their place.
 */
/* wrap: fork _Fork syscall epoll_ctl */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "models/model.h"
#include "tests/faults.h"
#include "tests/leftovers.h"
#include "tests/suite.h"

enum { TASKS = 200, KILLS = 30 };

static struct shared {
	_Atomic int runs[TASKS];
	_Atomic int told;
} * shared;

static void map_shared(void)
{
	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(shared, MAP_FAILED);
}

static void on_failure(void *arg, int task, int rc, int signal)
{
	(void)signal;
	(void)arg;
	(void)task;
	(void)rc;
	atomic_fetch_add(&shared->told, 1);
}

static int count(void *arg)
{
	atomic_fetch_add((_Atomic int *)arg, 1);
	return 0;
}

static int count_slowly(void *arg)
{
	usleep(1000);
	return count(arg);
}

static int die(void *arg)
{
	(void)arg;
	raise(SIGKILL);
	return 0;
}

static struct crew crew;

static void open_pool(int workers)
{
	crew = (struct crew){.workers = workers, .on_failure = on_failure};
	ck_assert_int_eq(crew_open(&crew, model_find("process-pool"), TASKS), 0);
}

static int spawn_all(task_fn *fn)
{
	int rc = 0;

	for (int i = 0; i < TASKS && rc == 0; i++)
		rc = crew_spawn(&crew, fn, &shared->runs[i]);
	return rc;
}

START_TEST(workers_killed_while_idle_are_replaced_and_no_task_is_lost)
{
	pid_t before[3], after[3];

	open_pool(3);
	ck_assert_int_eq(crew_pids(&crew, before, 3), 3);
	for (int i = 0; i < 3; i++) {
		siginfo_t info;
		kill(before[i], SIGKILL);
		ck_assert_int_eq(waitid(P_PID, (id_t)before[i], &info, WEXITED | WNOWAIT), 0);
	}
	ck_assert_int_eq(spawn_all(count), 0);
	ck_assert_int_eq(crew_drain(&crew), 0);
	ck_assert_int_ge(crew_pids(&crew, after, 3), 1);
	ck_assert_int_eq(crew_join(&crew, 0), 0);
	ck_assert_int_eq(crew.workers_died, 3);
	ck_assert_int_eq(crew.workers_signal, SIGKILL);
	for (int i = 0; i < TASKS; i++)
		ck_assert_int_eq(atomic_load(&shared->runs[i]), 1);
}
END_TEST

START_TEST(a_pool_whose_every_task_dies_still_ends)
{
	open_pool(2);
	ck_assert_int_eq(spawn_all(die), 0);
	ck_assert_int_eq(crew_join(&crew, 0), -EOWNERDEAD);
	ck_assert_int_eq(crew.failure.task, 0);
	ck_assert_int_eq(crew.failure.signal, SIGKILL);
	ck_assert_int_eq(atomic_load(&shared->told), TASKS);
}
END_TEST

/* Every task either ran or was told to have failed; never neither. */
START_TEST(workers_killed_at_any_moment_lose_only_what_they_were_doing)
{
	struct timespec moment = {.tv_nsec = 700000};
	int ran = 0, kills = leftovers_sanitized() ? KILLS / 3 : KILLS;
	pid_t killer, pids[3];

	open_pool(3);
	killer = fork();
	if (killer == 0) {
		for (int i = 0; i < kills; i++) {
			nanosleep(&moment, NULL);
			/* in shared memory: as the parent knows them */
			if (i % 3 < crew_pids(&crew, pids, 3))
				kill(pids[i % 3], SIGKILL);
		}
		_exit(0);
	}
	ck_assert_int_eq(spawn_all(count_slowly), 0);
	int rc = crew_join(&crew, 0);
	ck_assert(rc == 0 || rc == -EOWNERDEAD);
	ck_assert_int_eq(waitpid(killer, NULL, 0), killer);
	for (int i = 0; i < TASKS; i++) {
		ck_assert_int_le(atomic_load(&shared->runs[i]), 1);
		ran += atomic_load(&shared->runs[i]);
	}
	ck_assert_int_ge(ran + atomic_load(&shared->told), TASKS);
}
END_TEST

/* _i: what fails when the one worker shall be replaced */
START_TEST(a_pool_that_cannot_replace_its_last_worker_fails_what_waits)
{
	static const enum fault faults[] = {FAULT_FORK, FAULT_PIDFD_OPEN};
	struct leftovers before = leftovers_now();

	open_pool(1);
	fault_set(faults[_i], 1, EMFILE);
	ck_assert_int_eq(crew_spawn(&crew, die, NULL), 0);
	ck_assert_int_eq(crew_spawn(&crew, count_slowly, &shared->runs[1]), 0);
	ck_assert_int_eq(crew_spawn(&crew, count, &shared->runs[2]), 0);
	ck_assert_int_eq(crew_join(&crew, 0), -EOWNERDEAD);
	ck_assert_int_eq(crew.failure.task, 0);
	ck_assert_int_ge(atomic_load(&shared->told) + atomic_load(&shared->runs[1]) +
				 atomic_load(&shared->runs[2]),
		3);
	ck_assert_ptr_null(leftovers_since(&before));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("process-pool");
	TCase *tc = tcase_create("deaths");

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, map_shared, NULL);
	tcase_add_test(tc, workers_killed_while_idle_are_replaced_and_no_task_is_lost);
	tcase_add_test(tc, a_pool_whose_every_task_dies_still_ends);
	tcase_add_test(tc, workers_killed_at_any_moment_lose_only_what_they_were_doing);
	tcase_add_loop_test(tc, a_pool_that_cannot_replace_its_last_worker_fails_what_waits, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
