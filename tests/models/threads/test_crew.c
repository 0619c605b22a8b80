/*
 * What only crews of threads have: stacks, and threads that are each other's.
 */
#include <check.h>
#include <string.h>
#include <unistd.h>

#include "models/threads/threads.h"
#include "tests/suite.h"

enum { TASKS = 8, STACK_BYTES = 1024 * 1024 };

struct item {
	pid_t tid;
	uintptr_t stack;
};

static struct item items[TASKS];

static int note_place(void *arg)
{
	struct item *item = arg;

	item->tid = gettid();
	item->stack = (uintptr_t)__builtin_frame_address(0);
	return 0;
}

static int fill_stack(void *arg)
{
	char buffer[STACK_BYTES * 3 / 4];

	memset(buffer, 1, sizeof(buffer));
	*(char *)arg = buffer[sizeof(buffer) / 2];
	return 0;
}

static void spawn_all(struct crew *crew)
{
	for (int i = 0; i < TASKS; i++)
		ck_assert_int_eq(crew_spawn(crew, note_place, &items[i]), 0);
	ck_assert_int_eq(crew_drain(crew), 0);
}

START_TEST(sequential_runs_each_task_in_the_caller_when_it_is_spawned)
{
	struct crew crew = {0};

	ck_assert_int_eq(crew_open(&crew, model_find("sequential"), TASKS), 0);
	for (int i = 0; i < TASKS; i++) {
		ck_assert_int_eq(crew_spawn(&crew, note_place, &items[i]), 0);
		ck_assert_int_eq(items[i].tid, gettid());
	}
	ck_assert_int_eq(crew_join(&crew, 0), 0);
}
END_TEST

START_TEST(each_task_has_a_thread_of_its_own_and_warm_ones_the_same_stacks)
{
	struct crew crew = {0};
	struct item before[TASKS];

	ck_assert_int_eq(crew_open(&crew, model_find("threads"), TASKS), 0);
	spawn_all(&crew);
	for (int i = 0; i < TASKS; i++) {
		ck_assert_int_ne(items[i].tid, gettid());
		for (int j = 0; j < i; j++) {
			ck_assert_int_ne(items[i].tid, items[j].tid);
			ck_assert_uint_ne(items[i].stack, items[j].stack);
		}
	}
	memcpy(before, items, sizeof(before));
	spawn_all(&crew);
	for (int i = 0; i < TASKS; i++)
		ck_assert_uint_eq(items[i].stack, before[i].stack);
	ck_assert_int_eq(crew_join(&crew, 0), 0);
}
END_TEST

START_TEST(the_stack_is_as_large_as_asked_and_the_default_is_recorded)
{
	struct crew crew = {.stack_bytes = STACK_BYTES}, other = {0};
	char byte = 0;

	ck_assert_int_eq(crew_open(&crew, model_find("threads"), 1), 0);
	ck_assert_uint_ge(crew.stack_bytes, STACK_BYTES);
	ck_assert_int_eq(crew_spawn(&crew, fill_stack, &byte), 0);
	ck_assert_int_eq(crew_join(&crew, 0), 0);
	ck_assert_int_eq(byte, 1);
	ck_assert_int_eq(crew_open(&other, model_find("threads"), 1), 0);
	ck_assert_uint_ge(other.stack_bytes, THREAD_STACK_DEFAULT_BYTES);
	ck_assert_int_eq(crew_join(&other, 0), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("threads");
	TCase *tc = tcase_create("crew");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, sequential_runs_each_task_in_the_caller_when_it_is_spawned);
	tcase_add_test(tc, each_task_has_a_thread_of_its_own_and_warm_ones_the_same_stacks);
	tcase_add_test(tc, the_stack_is_as_large_as_asked_and_the_default_is_recorded);
	suite_add_tcase(s, tc);
	return s;
}
