/*
 * What only the crew of thread-pool has: a fixed number of workers that take tasks as they come.
 */
#include <check.h>
#include <sched.h>
#include <unistd.h>

#include "models/threads/threads.h"
#include "tests/suite.h"

enum { WORKERS = 3, TASKS = 500 };

static pid_t tids[TASKS];
static _Atomic int inside, most, ran, disorder;

static int note_thread(void *arg)
{
	int now = atomic_fetch_add(&inside, 1) + 1, seen = atomic_load(&most);

	while (now > seen && !atomic_compare_exchange_weak(&most, &seen, now))
		;
	if (atomic_fetch_add(&ran, 1) % TASKS != (pid_t *)arg - tids)
		atomic_fetch_add(&disorder, 1);
	*(pid_t *)arg = gettid();
	sched_yield();
	atomic_fetch_sub(&inside, 1);
	return 0;
}

static struct crew crew;

static void open_pool(int workers)
{
	crew = (struct crew){.workers = workers};
	ck_assert_int_eq(crew_open(&crew, model_find("thread-pool"), TASKS), 0);
}

static void spawn_all(void)
{
	for (int i = 0; i < TASKS; i++)
		ck_assert_int_eq(crew_spawn(&crew, note_thread, &tids[i]), 0);
	ck_assert_int_eq(crew_drain(&crew), 0);
}

START_TEST(no_more_threads_run_tasks_than_there_are_workers)
{
	pid_t seen[WORKERS];
	int count = 0;

	open_pool(WORKERS);
	for (int wave = 0; wave < 5; wave++)
		spawn_all();
	ck_assert_int_eq(crew_join(&crew, 0), 0);
	ck_assert_int_le(atomic_load(&most), WORKERS);
	for (int i = 0; i < TASKS; i++) {
		int j = 0;
		while (j < count && seen[j] != tids[i])
			j++;
		if (j == count) {
			ck_assert_int_lt(count, WORKERS);
			seen[count++] = tids[i];
		}
		ck_assert_int_ne(tids[i], gettid());
	}
}
END_TEST

START_TEST(one_worker_runs_tasks_in_the_order_of_spawning)
{
	open_pool(1);
	spawn_all();
	ck_assert_int_eq(crew_join(&crew, 0), 0);
	ck_assert_int_eq(atomic_load(&most), 1);
	ck_assert_int_eq(atomic_load(&disorder), 0);
}
END_TEST

START_TEST(without_a_number_there_is_one_worker_per_cpu)
{
	cpu_set_t cpus;

	ck_assert_int_eq(sched_getaffinity(0, sizeof(cpus), &cpus), 0);
	open_pool(0);
	ck_assert_int_eq(crew.workers, CPU_COUNT(&cpus));
	ck_assert_int_eq(crew_capacity(&crew), CPU_COUNT(&cpus));
	ck_assert_int_eq(crew_join(&crew, 0), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("thread-pool");
	TCase *tc = tcase_create("crew");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, no_more_threads_run_tasks_than_there_are_workers);
	tcase_add_test(tc, one_worker_runs_tasks_in_the_order_of_spawning);
	tcase_add_test(tc, without_a_number_there_is_one_worker_per_cpu);
	suite_add_tcase(s, tc);
	return s;
}
