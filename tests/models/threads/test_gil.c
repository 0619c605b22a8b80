/*
 * The global lock: never two at once, handed over on request, and absent where it is not asked for.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "models/model.h"
#include "models/park.h"
#include "models/threads/gil.h"
#include "tests/suite.h"

enum { THREADS = 4, TURNS = 2000 };

static _Atomic int inside; /* tasks that compute */
static _Atomic int overlaps;
static _Atomic int done;
static _Atomic uint32_t word;

/* A stretch of computation that no other task may see. */
static void compute(void)
{
	if (atomic_fetch_add(&inside, 1) != 0)
		atomic_fetch_add(&overlaps, 1);
	for (int i = 0; i < 200; i++)
		park_pause();
	atomic_fetch_sub(&inside, 1);
}

static int compute_and_wait(void *arg)
{
	struct timespec moment = {.tv_nsec = 1000};

	(void)arg;
	for (int i = 0; i < TURNS; i++) {
		compute();
		gil_checkpoint();
		if (i % 50 == 0) {
			gil_leave();
			nanosleep(&moment, NULL);
			gil_enter();
		}
	}
	return 0;
}

static int compute_until_done(void *arg)
{
	(void)arg;
	while (atomic_load(&done) == 0) {
		compute();
		gil_checkpoint();
	}
	return 0;
}

/* Ends once the lock has gone from hand to hand five times, though nobody ever leaves it. */
static int count_switches(void *arg)
{
	(void)arg;
	while (gil_switches() < 5) {
		compute();
		gil_checkpoint();
	}
	atomic_store(&done, 1);
	return 0;
}

static int wait_for_word(void *arg)
{
	(void)arg;
	while (atomic_load(&word) == 0)
		model_find("threads-gil")->ops->word_wait(&word, 0);
	compute();
	return 0;
}

static int give_word(void *arg)
{
	(void)arg;
	compute();
	atomic_store(&word, 1);
	model_find("threads-gil")->ops->word_wake(&word);
	return 0;
}

static int run(task_fn *first, task_fn *others)
{
	struct crew crew = {0};
	int rc = crew_open(&crew, model_find("threads-gil"), THREADS);

	for (int i = 0; i < THREADS && rc == 0; i++)
		rc = crew_spawn(&crew, i == 0 ? first : others, NULL);
	return crew_join(&crew, rc);
}

START_TEST(never_two_tasks_compute_at_once)
{
	ck_assert_int_eq(run(compute_and_wait, compute_and_wait), 0);
	ck_assert_int_eq(atomic_load(&overlaps), 0);
	ck_assert_uint_ge(gil_switches(), THREADS - 1);
}
END_TEST

START_TEST(a_holder_that_never_waits_hands_over_on_request)
{
	ck_assert_int_eq(run(count_switches, compute_until_done), 0);
	ck_assert_int_eq(atomic_load(&overlaps), 0);
	ck_assert_uint_ge(gil_switches(), 5);
}
END_TEST

START_TEST(a_task_that_waits_for_a_word_does_not_hold_the_lock)
{
	ck_assert_int_eq(run(wait_for_word, give_word), 0);
	ck_assert_int_eq(atomic_load(&overlaps), 0);
}
END_TEST

START_TEST(there_is_one_lock_per_process_and_it_goes_with_its_crew)
{
	struct crew first = {0}, second = {0}, free_of_it = {0};
	const struct model *model = model_find("threads-gil");

	ck_assert_int_eq(crew_open(&first, model, 1), 0);
	ck_assert(gil_exists);
	ck_assert_int_eq(crew_open(&second, model, 1), -EBUSY);
	ck_assert_int_eq(crew_join(&second, -EBUSY), -EBUSY);
	ck_assert_int_eq(crew_join(&first, 0), 0);
	ck_assert(!gil_exists);
	ck_assert_int_eq(crew_open(&free_of_it, model_find("threads"), 1), 0);
	ck_assert(!gil_exists);
	ck_assert_int_eq(crew_join(&free_of_it, 0), 0);
}
END_TEST

START_TEST(a_thread_that_is_no_task_passes_through)
{
	ck_assert_int_eq(gil_open(0), 0);
	gil_enter();
	gil_enter();
	gil_checkpoint();
	gil_leave();
	ck_assert_uint_eq(gil_switches(), 0);
	gil_close();
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("gil");
	TCase *tc = tcase_create("lock");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, never_two_tasks_compute_at_once);
	tcase_add_test(tc, a_holder_that_never_waits_hands_over_on_request);
	tcase_add_test(tc, a_task_that_waits_for_a_word_does_not_hold_the_lock);
	tcase_add_test(tc, there_is_one_lock_per_process_and_it_goes_with_its_crew);
	tcase_add_test(tc, a_thread_that_is_no_task_passes_through);
	suite_add_tcase(s, tc);
	return s;
}
