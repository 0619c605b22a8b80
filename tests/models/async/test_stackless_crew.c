/*
 * The crew of stackless coroutines beyond the rules that all models share
 * (tests/models/test_crew.c): waiting in steps, what a task costs, what happens without memory.
 */
/* wrap: mmap */
#include <errno.h>

#include "models/async/stackless.h"
#include "models/model.h"
#include "tests/faults.h"
#include "tests/suite.h"

static _Atomic uint32_t word;
static int waited, order[3];

/* Waits for the word, then notes its turn. */
static int waits_for_word(void *arg)
{
	struct stackless *self = stackless_self();

	STACKLESS_BEGIN(self);
	while (atomic_load(&word) == 0)
		STACKLESS_AWAIT(self, stackless_word(self, &word, 0));
	order[waited++] = *(int *)arg;
	STACKLESS_END;
	return 0;
}

static int sets_word(void *arg)
{
	const struct model *model = arg;

	atomic_store(&word, 1);
	model->ops->word_wake(&word);
	return 0;
}

START_TEST(tasks_parked_on_a_word_wake_in_order_of_arrival)
{
	static int numbers[] = {0, 1, 2};
	const struct model *model = model_find("async-stackless");
	struct crew crew = {0};

	ck_assert_int_eq(crew_open(&crew, model, 4), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(crew_spawn(&crew, waits_for_word, &numbers[i]), 0);
	ck_assert_int_eq(crew_spawn(&crew, sets_word, (void *)(uintptr_t)model), 0);
	ck_assert_int_eq(crew_join(&crew, 0), 0);
	ck_assert_int_eq(waited, 3);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(order[i], i);
}
END_TEST

START_TEST(waking_without_a_crew_does_nothing)
{
	const struct model *model = model_find("async-stackless");

	model->ops->word_wake(&word);
	ck_assert_int_eq(model->ops->word_wait(&word, 0), -ENOTSUP);
}
END_TEST

static int counts(void *arg)
{
	++*(int *)arg;
	return 0;
}

START_TEST(a_spawn_without_memory_fails_and_the_others_run)
{
	struct crew crew = {0};
	int runs = 0, spawned = 0, rc = 0;

	ck_assert_int_eq(crew_open(&crew, model_find("async-stackless"), 100000), 0);
	fault_set(FAULT_MMAP, 3, ENOMEM);
	while (spawned < 100000 && (rc = crew_spawn(&crew, counts, &runs)) == 0)
		spawned++;
	fault_set(FAULT_MMAP, 0, 0);
	ck_assert_int_eq(rc, -ENOMEM);
	ck_assert_int_gt(spawned, 1000);
	ck_assert_int_eq(crew_join(&crew, 0), 0);
	ck_assert_int_eq(runs, spawned);
}
END_TEST

START_TEST(frames_are_recycled_between_drains)
{
	struct crew crew = {0};
	int runs = 0;

	ck_assert_int_eq(crew_open(&crew, model_find("async-stackless"), 1000), 0);
	for (int wave = 0; wave < 50; wave++) {
		if (wave == 1)
			fault_set(FAULT_MMAP, 0, 0);
		for (int i = 0; i < 1000; i++)
			ck_assert_int_eq(crew_spawn(&crew, counts, &runs), 0);
		ck_assert_int_eq(crew_drain(&crew), 0);
	}
	ck_assert_int_eq(fault_calls(FAULT_MMAP), 0); /* what the first wave took was enough */
	ck_assert_int_eq(crew_join(&crew, 0), 0);
	ck_assert_int_eq(runs, 50000);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("stackless crew");
	TCase *tests = tcase_create("crew");

	tcase_add_test(tests, tasks_parked_on_a_word_wake_in_order_of_arrival);
	tcase_add_test(tests, waking_without_a_crew_does_nothing);
	tcase_add_test(tests, a_spawn_without_memory_fails_and_the_others_run);
	tcase_add_test(tests, frames_are_recycled_between_drains);
	suite_add_tcase(suite, tests);
	return suite;
}
