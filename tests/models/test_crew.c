/*
 * Conformance: every rule of the crew, on every model of the table.
 *
 * Tasks run in threads, coroutines and children, where a failed check would be lost or kill the
 * wrong one; they return an error or write to the arena, and the test's body looks.
 *
 * It is over 400 lines because the rules share one small world and are read as one list.
 */
/* wrap: fork _Fork pthread_create mmap mprotect syscall */
/* wrap: epoll_create1 epoll_ctl eventfd timerfd_create pipe2 memfd_create */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "models/async/stackless.h"
#include "models/async/async.h"
#include "models/model.h"
#include "models/threads/gil.h"
#include "tests/faults.h"
#include "tests/leftovers.h"
#include "tests/suite.h"

enum { ITEMS = 10000, WAVES = 3, WAVE = 40 };

/* Threads and children take identifiers, of which some machines have 32768 for everybody. */
enum { MANY = 10000, MANY_IDS = 1500, MANY_SANITIZED = 500 };

struct item {
	int index;
	int rc;       /* what the task shall return */
	int delay_us; /* and when */
	_Atomic int runs;
};

struct world {
	const struct model *model;
	_Atomic uint32_t word; /* tasks that wait, wait for it to be 1 */
	_Atomic int waiting;
	_Atomic int ended;
	_Atomic int told;      /* calls of the failure hook */
	_Atomic int told_task; /* of the last */
	_Atomic int told_rc;
	struct item items[ITEMS];
};

static struct world *world;

static void open_world(void)
{
	world = mmap(
		NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(world, MAP_FAILED);
	for (int i = 0; i < ITEMS; i++)
		world->items[i].index = i;
}

static void release(void)
{
	atomic_store(&world->word, 1);
	world->model->ops->word_wake(&world->word);
}

static void on_failure(void *arg, int task, int rc, int signal)
{
	(void)signal;
	(void)arg;
	atomic_fetch_add(&world->told, 1);
	atomic_store(&world->told_task, task);
	atomic_store(&world->told_rc, rc);
	release();
}

static struct crew crew_of_world(int model)
{
	world->model = &models[model];
	return (struct crew){.arena = world,
		.arena_bytes = sizeof(*world),
		.on_failure = on_failure,
		.on_failure_arg = world};
}

static void pause_us(int us)
{
	gil_leave();
	usleep((useconds_t)us);
	gil_enter();
}

static int count(void *arg)
{
	struct item *item = arg;

	if (item->delay_us > 0)
		pause_us(item->delay_us);
	atomic_fetch_add(&item->runs, 1);
	atomic_fetch_add(&world->ended, 1);
	return item->rc;
}

static int wait_for_word(void *arg)
{
	struct item *item = arg;

	atomic_fetch_add(&world->waiting, 1);
	while (atomic_load(&world->word) == 0) {
		int rc = world->model->ops->word_wait(&world->word, 0);
		if (rc != 0)
			return rc;
	}
	atomic_fetch_add(&item->runs, 1);
	atomic_fetch_add(&world->ended, 1);
	return 0;
}

/* The same as a state machine: it cannot wait inside of a call. */
static int wait_for_word_in_steps(void *arg)
{
	struct stackless *self = stackless_self();
	struct item *item = arg;

	STACKLESS_BEGIN(self);
	atomic_fetch_add(&world->waiting, 1);
	while (atomic_load(&world->word) == 0)
		STACKLESS_AWAIT(self, stackless_word(self, &world->word, 0));
	atomic_fetch_add(&item->runs, 1);
	atomic_fetch_add(&world->ended, 1);
	STACKLESS_END;
	return 0;
}

static task_fn *waiter_of(int model)
{
	return models[model].family == FAMILY_STACKLESS ? wait_for_word_in_steps : wait_for_word;
}

/* Whether tasks run in turns inside of join; those of async-multi run as soon as they are spawned.
 */
static bool runs_in_join(const struct model *model)
{
	if (model->ops == &async_multi_crew_ops)
		return false;
	return model->family == FAMILY_ASYNC || model->family == FAMILY_STACKLESS;
}

/* Waits until that many others wait, then fails as its item says. */
static int fail_when_others_wait(void *arg)
{
	struct item *item = arg;

	while (atomic_load(&world->waiting) < item->delay_us)
		if (runs_in_join(world->model)) /* they run before it: spawned earlier */
			return -EDEADLK;
		else
			pause_us(100);
	if (item->rc > 0)
		raise(item->rc);
	return item->rc;
}

static int spawn_all(struct crew *crew, task_fn *fn, int n)
{
	int rc = 0;

	for (int i = 0; i < n && rc == 0; i++)
		rc = crew_spawn(crew, fn, &world->items[i]);
	return rc;
}

static int run(int model, int workers, task_fn *fn, int n, struct crew *crew)
{
	*crew = crew_of_world(model);
	crew->workers = workers;
	int rc = crew_open(crew, &models[model], n);
	if (rc == 0)
		rc = spawn_all(crew, fn, n);
	return crew_join(crew, rc);
}

static void check_runs(int n, int runs)
{
	for (int i = 0; i < n; i++)
		ck_assert_msg(atomic_load(&world->items[i].runs) == runs, "task %d ran %d times", i,
			atomic_load(&world->items[i].runs));
}

START_TEST(join_returns_only_when_every_task_has_ended)
{
	struct crew crew;

	for (int i = 0; i < WAVE; i++)
		world->items[i].delay_us = 100 * (i % 5);
	ck_assert_int_eq(run(_i, 0, count, WAVE, &crew), 0);
	ck_assert_int_eq(atomic_load(&world->ended), WAVE);
	check_runs(WAVE, 1);
	ck_assert_int_eq(crew.failure.rc, 0);
	ck_assert_int_eq(atomic_load(&world->told), 0);
}
END_TEST

START_TEST(first_spawned_failure_wins_although_a_later_one_fails_earlier)
{
	struct crew crew;

	world->items[3].rc = -EBADMSG;
	world->items[3].delay_us = 20000;
	for (int i = 4; i < 12; i++)
		world->items[i].rc = -EPERM;
	ck_assert_int_eq(run(_i, 12, count, 12, &crew), -EBADMSG);
	ck_assert_int_eq(crew.failure.rc, -EBADMSG);
	ck_assert_int_eq(crew.failure.task, 3);
	ck_assert_int_eq(crew.failure.signal, 0);
	ck_assert_int_eq(atomic_load(&world->told), 9);
	check_runs(12, 1);
}
END_TEST

START_TEST(an_error_of_the_caller_goes_before_the_tasks_failures)
{
	struct crew crew = crew_of_world(_i);

	world->items[0].rc = -EPERM;
	ck_assert_int_eq(crew_open(&crew, &models[_i], 1), 0);
	ck_assert_int_eq(crew_spawn(&crew, count, &world->items[0]), 0);
	ck_assert_int_eq(crew_join(&crew, -EXDEV), -EXDEV);
	ck_assert_int_eq(crew.failure.rc, -EPERM);
}
END_TEST

START_TEST(what_is_no_errno_is_reported_as_eproto)
{
	struct crew crew;

	if (models[_i].family == FAMILY_ASYNC)
		return;
	world->items[0].rc = 7;
	ck_assert_int_eq(run(_i, 0, count, 1, &crew), -EPROTO);
}
END_TEST

START_TEST(nothing_is_left_behind)
{
	struct crew crew;

	ck_assert_int_eq(run(_i, 4, count, WAVE, &crew), 0); /* what the C library keeps for good */
	struct leftovers before = leftovers_now();
	ck_assert_int_eq(run(_i, 4, count, WAVE, &crew), 0);
	world->items[1].rc = -EPERM;
	ck_assert_int_eq(run(_i, 4, count, WAVE, &crew), -EPERM);
	const char *left = leftovers_since(&before);
	ck_assert_msg(left == NULL, "%s: %s", models[_i].name, left);
}
END_TEST

START_TEST(an_argument_outside_the_arena_aborts)
{
	struct crew crew = crew_of_world(_i);
	struct item elsewhere = {0};

	ck_assert_int_eq(crew_open(&crew, &models[_i], 1), 0);
	int rc = crew_spawn(&crew, count, &elsewhere);
	ck_abort_msg("spawned: %d", rc);
}
END_TEST

START_TEST(capacity_tells_how_many_progress_at_once)
{
	struct crew crew = crew_of_world(_i);
	int expected[] = {[MODEL_INLINE] = 1, [MODEL_PER_TASK] = 9, [MODEL_POOL] = 3};

	crew.workers = 3;
	ck_assert_int_eq(model_capacity(&models[_i], 3, 9), expected[models[_i].kind]);
	ck_assert_int_eq(crew_open(&crew, &models[_i], 9), 0);
	ck_assert_int_eq(crew_capacity(&crew), expected[models[_i].kind]);
	ck_assert_int_eq(crew_join(&crew, 0), 0);
	ck_assert_int_ge(model_capacity(&models[_i], 0, 9), 1);
}
END_TEST

START_TEST(as_many_tasks_as_the_capacity_wait_at_once)
{
	struct crew crew = crew_of_world(_i);
	int n = 6;

	if (models[_i].kind == MODEL_INLINE)
		return;
	crew.workers = n;
	ck_assert_int_eq(crew_open(&crew, &models[_i], n), 0);
	ck_assert_int_eq(spawn_all(&crew, waiter_of(_i), n), 0);
	if (runs_in_join(&models[_i]))
		release(); /* tasks may start as late as in join */
	while (!runs_in_join(&models[_i]) && atomic_load(&world->waiting) < n)
		usleep(100);
	release();
	ck_assert_int_eq(crew_join(&crew, 0), 0);
	check_runs(n, 1);
}
END_TEST

START_TEST(a_failure_is_told_at_once_so_that_waiting_siblings_can_be_released)
{
	struct crew crew = crew_of_world(_i);
	int n = 5;

	if (models[_i].kind == MODEL_INLINE)
		return;
	crew.workers = n;
	world->items[n - 1].rc = -EBADMSG;
	world->items[n - 1].delay_us = n - 1;
	ck_assert_int_eq(crew_open(&crew, &models[_i], n), 0);
	ck_assert_int_eq(spawn_all(&crew, waiter_of(_i), n - 1), 0);
	ck_assert_int_eq(crew_spawn(&crew, fail_when_others_wait, &world->items[n - 1]), 0);
	ck_assert_int_eq(crew_join(&crew, 0), -EBADMSG);
	ck_assert_int_eq(crew.failure.task, n - 1);
	ck_assert_int_eq(atomic_load(&world->told), 1);
	ck_assert_int_eq(atomic_load(&world->told_task), n - 1);
	ck_assert_int_eq(atomic_load(&world->told_rc), -EBADMSG);
	check_runs(n - 1, 1);
}
END_TEST

START_TEST(death_by_signal_is_the_tasks_failure_and_releases_waiting_siblings)
{
	struct crew crew = crew_of_world(_i);
	struct leftovers before = leftovers_now();
	int n = 5;

	if (models[_i].family != FAMILY_PROCESSES)
		return;
	crew.workers = n;
	world->items[2].rc = SIGKILL;
	world->items[2].delay_us = n - 1;
	ck_assert_int_eq(crew_open(&crew, &models[_i], n), 0);
	for (int i = 0; i < n; i++)
		ck_assert_int_eq(crew_spawn(&crew, i == 2 ? fail_when_others_wait : wait_for_word,
					 &world->items[i]),
			0);
	ck_assert_int_eq(crew_join(&crew, 0), -EOWNERDEAD);
	ck_assert_int_eq(crew.failure.task, 2);
	ck_assert_int_eq(crew.failure.signal, SIGKILL);
	ck_assert_int_eq(atomic_load(&world->told), 1);
	ck_assert_int_eq(atomic_load(&world->told_task), 2);
	ck_assert_ptr_null(leftovers_since(&before));
}
END_TEST

START_TEST(a_drained_crew_spawns_again)
{
	struct crew crew = crew_of_world(_i);

	ck_assert_int_eq(crew_open(&crew, &models[_i], WAVE), 0);
	for (int wave = 1; wave <= WAVES; wave++) {
		ck_assert_int_eq(spawn_all(&crew, count, WAVE), 0);
		ck_assert_int_eq(crew_drain(&crew), 0);
		ck_assert_int_eq(atomic_load(&world->ended), wave * WAVE);
		check_runs(WAVE, wave);
	}
	world->items[7].rc = -EBADMSG;
	ck_assert_int_eq(spawn_all(&crew, count, WAVE), 0);
	ck_assert_int_eq(crew_drain(&crew), -EBADMSG);
	ck_assert_int_eq(crew.failure.task, 7);
	world->items[7].rc = 0;
	world->items[2].rc = -EPERM;
	ck_assert_int_eq(spawn_all(&crew, count, WAVE), 0);
	ck_assert_int_eq(crew_drain(&crew), -EBADMSG);
	ck_assert_int_eq(crew_join(&crew, 0), -EBADMSG);
	check_runs(WAVE, WAVES + 2);
}
END_TEST

START_TEST(a_crew_without_tasks_joins)
{
	struct crew crew = crew_of_world(_i);

	ck_assert_int_eq(crew_open(&crew, &models[_i], 3), 0);
	ck_assert_int_eq(crew_drain(&crew), 0);
	ck_assert_int_eq(crew_join(&crew, 0), 0);
}
END_TEST

START_TEST(thousands_of_tasks_run_once_each)
{
	struct crew crew;
	bool ids = models[_i].kind == MODEL_PER_TASK &&
		   (models[_i].family == FAMILY_THREADS || models[_i].family == FAMILY_PROCESSES);
	int n = leftovers_sanitized() ? MANY_SANITIZED : ids ? MANY_IDS : MANY;

	ck_assert_int_eq(run(_i, 0, count, n, &crew), 0);
	check_runs(n, 1);
}
END_TEST

/* The calls a model makes while it opens, spawns and joins; each is made to fail in turn. */
START_TEST(a_call_that_fails_comes_back_as_its_error_and_leaves_nothing)
{
	struct crew crew;
	int n = 3;

	ck_assert_int_eq(run(_i, 2, count, n, &crew), 0);
	struct leftovers before = leftovers_now();
	for (int fault = 0; fault < FAULTS; fault++) {
		for (int k = 1;; k++) {
			atomic_store(&world->ended, 0);
			fault_set((enum fault)fault, k, ENFILE);
			int rc = run(_i, 2, count, n, &crew);
			int calls = fault_calls((enum fault)fault);
			fault_set((enum fault)fault, 0, 0);
			/* no memory is no memory, whatever the errno */
			bool expected =
				rc == 0 || rc == -ENFILE || (rc == -ENOMEM && fault == FAULT_MMAP);
			ck_assert_msg(expected, "%s, %s %d: %d", models[_i].name,
				fault_names[fault], k, rc);
			if (rc == 0)
				ck_assert_int_eq(atomic_load(&world->ended), n);
			const char *left = leftovers_since(&before);
			ck_assert_msg(left == NULL, "%s, %s %d: %s", models[_i].name,
				fault_names[fault], k, left);
			if (calls < k)
				break;
		}
	}
}
END_TEST

START_TEST(a_task_that_cannot_be_started_does_not_stop_those_before_it)
{
	struct crew crew;
	bool threads = models[_i].family == FAMILY_THREADS;
	enum fault fault = threads ? FAULT_PTHREAD_CREATE : FAULT_FORK;

	if (models[_i].kind != MODEL_PER_TASK ||
		(!threads && models[_i].family != FAMILY_PROCESSES))
		return;
	fault_set(fault, 4, EAGAIN);
	ck_assert_int_eq(run(_i, 0, count, 10, &crew), -EAGAIN);
	ck_assert_int_eq(atomic_load(&world->ended), 3);
	ck_assert_int_eq(crew.failure.rc, 0);
	ck_assert_int_eq(fault_calls(fault), 4);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("crew");
	TCase *tc = tcase_create("rules");
	int count_models = 0;

	while (models[count_models].name != NULL)
		count_models++;
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, open_world, NULL);
#define RULE(test) tcase_add_loop_test(tc, test, 0, count_models)
	RULE(join_returns_only_when_every_task_has_ended);
	RULE(first_spawned_failure_wins_although_a_later_one_fails_earlier);
	RULE(an_error_of_the_caller_goes_before_the_tasks_failures);
	RULE(what_is_no_errno_is_reported_as_eproto);
	RULE(nothing_is_left_behind);
	tcase_add_loop_test_raise_signal(
		tc, an_argument_outside_the_arena_aborts, SIGABRT, 0, count_models);
	RULE(capacity_tells_how_many_progress_at_once);
	RULE(as_many_tasks_as_the_capacity_wait_at_once);
	RULE(a_failure_is_told_at_once_so_that_waiting_siblings_can_be_released);
	RULE(death_by_signal_is_the_tasks_failure_and_releases_waiting_siblings);
	RULE(a_drained_crew_spawns_again);
	RULE(a_crew_without_tasks_joins);
	RULE(thousands_of_tasks_run_once_each);
	RULE(a_call_that_fails_comes_back_as_its_error_and_leaves_nothing);
	RULE(a_task_that_cannot_be_started_does_not_stop_those_before_it);
	suite_add_tcase(s, tc);
	return s;
}
