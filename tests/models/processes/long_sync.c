/*
 * Many deaths of holders of one lock, at any moment: the others go on, and no count is lost but the
 * one in progress.
 */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "models/processes/processes.h"
#include "tests/suite.h"

enum { DEATHS = 300, PROCESSES = 4, LATEST_US = 3000, GOES_ON = 100 };

static struct shared {
	struct process_lock lock;
	struct process_condition condition;
	volatile long counter;           /* under lock */
	_Atomic long counted[PROCESSES]; /* of each, after its release */
	_Atomic bool stop;
} * shared;

/* Counts under the lock; now and then it waits for the condition, and notifies. */
static int count(void *arg)
{
	long mine = (long)arg;

	for (long i = 1; !atomic_load(&shared->stop); i++) {
		if (process_lock_acquire(&shared->lock, SYNC_FOREVER) < 0)
			return 1;
		shared->counter++;
		if (i % 16 == 0 && process_condition_wait(&shared->condition, &shared->lock,
					   SYNC_RECHECK_NS / 50) == PROCESS_LOCK_INHERITED)
			i++;
		process_lock_release(&shared->lock);
		process_condition_notify(&shared->condition);
		atomic_fetch_add(&shared->counted[mine], 1);
	}
	return 0;
}

static long counted(void)
{
	long sum = 0;

	for (int i = 0; i < PROCESSES; i++)
		sum += atomic_load(&shared->counted[i]);
	return sum;
}

START_TEST(a_killed_holder_stops_nobody_and_loses_at_most_its_own_count)
{
	unsigned seed = (unsigned)time(NULL);
	pid_t pids[PROCESSES];
	int status;

	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(shared, MAP_FAILED);
	ck_assert_int_eq(process_lock_make(&shared->lock, SPIN_DEFAULT_NS), 0);
	process_condition_make(&shared->condition);
	for (long i = 0; i < PROCESSES; i++)
		ck_assert_int_eq(process_fork(count, (void *)i, &pids[i]), 0);
	for (int i = 0; i < DEATHS; i++) {
		long victim = rand_r(&seed) % PROCESSES;
		usleep((useconds_t)(rand_r(&seed) % LATEST_US));
		kill(pids[victim], SIGKILL);
		ck_assert_int_eq(waitpid(pids[victim], &status, 0), pids[victim]);
		ck_assert(WIFSIGNALED(status));
		/* without the others' progress this never ends, and the test's limit says so */
		for (long before = counted(); counted() < before + GOES_ON;)
			usleep(100);
		ck_assert_int_eq(process_fork(count, (void *)victim, &pids[victim]), 0);
	}
	atomic_store(&shared->stop, true);
	for (int i = 0; i < PROCESSES; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_ge(shared->counter, counted());
	ck_assert_int_le(shared->counter, counted() + DEATHS);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("long_sync");
	TCase *tc = tcase_create("deaths");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_killed_holder_stops_nobody_and_loses_at_most_its_own_count);
	suite_add_tcase(s, tc);
	return s;
}
