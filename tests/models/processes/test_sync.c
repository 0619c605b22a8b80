/*
 * Lock, condition, semaphore, event and barrier across processes, and what a death does to them.
 */
#include <check.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models/processes/processes.h"
#include "tests/suite.h"

enum { PROCESSES = 3, TURNS = 3000, SHORT_NS = 2000000 };

static struct shared {
	struct process_lock lock;
	struct process_condition condition;
	struct process_semaphore semaphore;
	struct process_event event;
	struct process_barrier barrier;
	long counter; /* under lock */
	_Atomic int inside, most, done;
	_Atomic int arrived[100];
} * shared;

static pid_t pids[PROCESSES];

static void map_shared(void)
{
	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(shared, MAP_FAILED);
	ck_assert_int_eq(process_lock_make(&shared->lock, SPIN_DEFAULT_NS), 0);
	process_condition_make(&shared->condition);
}

static void start(int (*body)(void *arg))
{
	for (long i = 0; i < PROCESSES; i++)
		ck_assert_int_eq(process_fork(body, (void *)i, &pids[i]), 0);
}

/* The worst exit status, or −signal. */
static int join(void)
{
	int worst = 0, status;

	for (int i = 0; i < PROCESSES; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		if (status != 0)
			worst = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
	}
	return worst;
}

static int count_under_lock(void *arg)
{
	(void)arg;
	for (int i = 0; i < TURNS; i++) {
		if (process_lock_acquire(&shared->lock, i % 3 ? SYNC_FOREVER : 1000000000) != 0)
			return 1;
		shared->counter++;
		if (i % 256 == 0)
			sched_yield();
		process_lock_release(&shared->lock);
	}
	return 0;
}

START_TEST(a_lock_lets_one_process_in_at_a_time)
{
	start(count_under_lock);
	ck_assert_int_eq(join(), 0);
	ck_assert_int_eq(shared->counter, (long)PROCESSES * TURNS);
}
END_TEST

static int die_holding(void *arg)
{
	(void)arg;
	if (process_lock_acquire(&shared->lock, SYNC_FOREVER) < 0)
		return 1;
	raise(SIGKILL);
	return 1;
}

START_TEST(a_dead_holders_lock_goes_to_the_next_who_is_told)
{
	start(die_holding);
	ck_assert_int_eq(join(), -SIGKILL);
	ck_assert_int_eq(process_lock_acquire(&shared->lock, SYNC_FOREVER), PROCESS_LOCK_INHERITED);
	process_lock_release(&shared->lock);
	ck_assert_int_eq(process_lock_acquire(&shared->lock, SYNC_TRY), 0);
	process_lock_release(&shared->lock);
}
END_TEST

static int count_or_inherit(void *arg)
{
	for (int i = 0; i < TURNS; i++) {
		if (process_lock_acquire(&shared->lock, SYNC_FOREVER) < 0)
			return 1;
		shared->counter++;
		if (arg == NULL && i == TURNS / 3)
			raise(SIGKILL);
		process_lock_release(&shared->lock);
	}
	return 0;
}

START_TEST(a_killed_holder_does_not_stop_those_who_want_the_lock)
{
	start(count_or_inherit);
	ck_assert_int_eq(join(), -SIGKILL);
	ck_assert_int_eq(shared->counter, (long)(PROCESSES - 1) * TURNS + TURNS / 3 + 1);
}
END_TEST

static int hold_until_killed(void *arg)
{
	(void)arg;
	if (process_lock_acquire(&shared->lock, SYNC_FOREVER) != 0)
		return 1;
	process_event_set(&shared->event);
	pause();
	return 1;
}

START_TEST(waiting_for_a_held_lock_times_out_and_its_holders_death_ends_the_wait)
{
	int status;

	process_event_make(&shared->event, SPIN_DEFAULT_NS);
	ck_assert_int_eq(process_fork(hold_until_killed, NULL, &pids[0]), 0);
	ck_assert_int_eq(process_event_wait(&shared->event, SYNC_FOREVER), 0);
	ck_assert_int_eq(process_lock_acquire(&shared->lock, SYNC_TRY), -ETIMEDOUT);
	ck_assert_int_eq(process_lock_acquire(&shared->lock, SHORT_NS), -ETIMEDOUT);
	kill(pids[0], SIGKILL);
	ck_assert_int_eq(process_lock_acquire(&shared->lock, SYNC_FOREVER), PROCESS_LOCK_INHERITED);
	ck_assert_int_eq(waitpid(pids[0], &status, 0), pids[0]);
}
END_TEST

static int hold_semaphore(void *arg)
{
	(void)arg;
	for (int i = 0; i < 200; i++) {
		if (process_semaphore_acquire(&shared->semaphore, SYNC_FOREVER) != 0)
			return 1;
		int now = atomic_fetch_add(&shared->inside, 1) + 1,
		    seen = atomic_load(&shared->most);
		while (now > seen && !atomic_compare_exchange_weak(&shared->most, &seen, now))
			;
		sched_yield();
		atomic_fetch_sub(&shared->inside, 1);
		process_semaphore_release(&shared->semaphore);
	}
	return 0;
}

START_TEST(a_semaphore_of_two_lets_two_in)
{
	process_semaphore_make(&shared->semaphore, 2, SPIN_DEFAULT_NS);
	start(hold_semaphore);
	ck_assert_int_eq(join(), 0);
	ck_assert_int_le(atomic_load(&shared->most), 2);
	ck_assert_int_eq(process_semaphore_acquire(&shared->semaphore, SYNC_TRY), 0);
	ck_assert_int_eq(process_semaphore_acquire(&shared->semaphore, SHORT_NS), 0);
	ck_assert_int_eq(process_semaphore_acquire(&shared->semaphore, SHORT_NS), -ETIMEDOUT);
}
END_TEST

static int wait_for_event(void *arg)
{
	(void)arg;
	atomic_fetch_add(&shared->inside, 1);
	int rc = process_event_wait(&shared->event, SYNC_FOREVER);
	atomic_fetch_add(&shared->done, 1);
	return rc != 0;
}

START_TEST(an_event_wakes_all_processes)
{
	process_event_make(&shared->event, SPIN_DEFAULT_NS);
	start(wait_for_event);
	while (atomic_load(&shared->inside) < PROCESSES)
		usleep(100);
	ck_assert_int_eq(atomic_load(&shared->done), 0);
	process_event_set(&shared->event);
	ck_assert_int_eq(join(), 0);
	ck_assert(process_event_is_set(&shared->event));
	process_event_clear(&shared->event);
	ck_assert_int_eq(process_event_wait(&shared->event, SHORT_NS), -ETIMEDOUT);
}
END_TEST

/* As a putter that is killed between making it so and waking: the waiter looks again by itself. */
START_TEST(a_wake_up_that_never_comes_is_made_up_for)
{
	process_event_make(&shared->event, SPIN_DEFAULT_NS);
	start(wait_for_event);
	while (atomic_load(&shared->inside) < PROCESSES)
		usleep(100);
	atomic_store(&shared->event.sync.set, 1);
	ck_assert_int_eq(join(), 0);
}
END_TEST

static int wait_for_turn(void *arg)
{
	long mine = (long)arg;
	int rc = process_lock_acquire(&shared->lock, SYNC_FOREVER);

	while (rc == 0 && shared->counter < 100) {
		if (shared->counter % PROCESSES == mine) {
			shared->counter++;
			process_condition_notify_all(&shared->condition);
		} else {
			rc = process_condition_wait(
				&shared->condition, &shared->lock, SYNC_FOREVER);
		}
	}
	process_lock_release(&shared->lock);
	return rc != 0;
}

START_TEST(a_condition_lets_processes_take_turns)
{
	start(wait_for_turn);
	ck_assert_int_eq(join(), 0);
	ck_assert_int_eq(shared->counter, 100);
}
END_TEST

static int wait_once(void *arg)
{
	(void)arg;
	int rc = process_lock_acquire(&shared->lock, SYNC_FOREVER);
	atomic_fetch_add(&shared->inside, 1);
	while (rc == 0 && shared->counter == 0)
		rc = process_condition_wait(&shared->condition, &shared->lock, SYNC_FOREVER);
	shared->counter--;
	atomic_fetch_add(&shared->done, 1);
	process_lock_release(&shared->lock);
	return rc != 0;
}

START_TEST(notify_wakes_one_each_time)
{
	start(wait_once);
	while (atomic_load(&shared->inside) < PROCESSES)
		usleep(100);
	for (int i = 1; i <= PROCESSES; i++) {
		ck_assert_int_eq(process_lock_acquire(&shared->lock, SYNC_FOREVER), 0);
		shared->counter++;
		process_condition_notify(&shared->condition);
		process_lock_release(&shared->lock);
		while (atomic_load(&shared->done) < i)
			usleep(100);
	}
	ck_assert_int_eq(join(), 0);
}
END_TEST

START_TEST(a_condition_times_out_holding_the_lock)
{
	ck_assert_int_eq(process_lock_acquire(&shared->lock, SYNC_TRY), 0);
	ck_assert_int_eq(
		process_condition_wait(&shared->condition, &shared->lock, SHORT_NS), -ETIMEDOUT);
	ck_assert_int_eq(process_lock_acquire(&shared->lock, SYNC_TRY), -ETIMEDOUT);
	process_lock_release(&shared->lock);
}
END_TEST

static int pass_barrier(void *arg)
{
	(void)arg;
	for (int i = 0; i < 100; i++) {
		atomic_fetch_add(&shared->arrived[i], 1);
		if (process_barrier_wait(&shared->barrier, SYNC_FOREVER) != 0 ||
			atomic_load(&shared->arrived[i]) != PROCESSES)
			return 1;
	}
	return 0;
}

START_TEST(nobody_passes_a_barrier_before_all_have_come)
{
	process_barrier_make(&shared->barrier, PROCESSES, SPIN_DEFAULT_NS);
	start(pass_barrier);
	ck_assert_int_eq(join(), 0);
}
END_TEST

START_TEST(a_party_that_times_out_breaks_the_barrier_for_all)
{
	process_barrier_make(&shared->barrier, 2, SPIN_DEFAULT_NS);
	ck_assert_int_eq(process_barrier_wait(&shared->barrier, SHORT_NS), -ETIMEDOUT);
	ck_assert_int_eq(process_barrier_wait(&shared->barrier, SHORT_NS), -EPIPE);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sync");
	TCase *tc = tcase_create("processes");

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, map_shared, NULL);
	tcase_add_test(tc, a_lock_lets_one_process_in_at_a_time);
	tcase_add_test(tc, a_dead_holders_lock_goes_to_the_next_who_is_told);
	tcase_add_test(tc, a_killed_holder_does_not_stop_those_who_want_the_lock);
	tcase_add_test(tc, waiting_for_a_held_lock_times_out_and_its_holders_death_ends_the_wait);
	tcase_add_test(tc, a_semaphore_of_two_lets_two_in);
	tcase_add_test(tc, an_event_wakes_all_processes);
	tcase_add_test(tc, a_wake_up_that_never_comes_is_made_up_for);
	tcase_add_test(tc, a_condition_lets_processes_take_turns);
	tcase_add_test(tc, notify_wakes_one_each_time);
	tcase_add_test(tc, a_condition_times_out_holding_the_lock);
	tcase_add_test(tc, nobody_passes_a_barrier_before_all_have_come);
	tcase_add_test(tc, a_party_that_times_out_breaks_the_barrier_for_all);
	suite_add_tcase(s, tc);
	return s;
}
