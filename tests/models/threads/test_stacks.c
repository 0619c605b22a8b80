/*
 * Stacks of a crew's threads.
 */
/* wrap: mmap mprotect pthread_create */
#include <check.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/threads/stacks.h"
#include "tests/faults.h"
#include "tests/leftovers.h"
#include "tests/suite.h"

enum { COUNT = STACKS_BLOCK + 3, STACK_BYTES = 128 * 1024 };

static void *fill(void *arg)
{
	char buffer[STACK_BYTES / 2];

	memset(buffer, 1, sizeof(buffer));
	*(uintptr_t *)arg = (uintptr_t)buffer;
	return buffer[7] == 1 ? arg : NULL;
}

START_TEST(every_stack_holds_what_was_asked_and_overlaps_no_other)
{
	struct stacks stacks;
	uintptr_t places[COUNT];
	pthread_t threads[COUNT];

	/* A sanitizer starts a thread of its own with the first. */
	ck_assert_int_eq(stacks_make(&stacks, 1, STACK_BYTES), 0);
	ck_assert_int_eq(stacks_start(&stacks, 0, &threads[0], fill, &places[0]), 0);
	ck_assert_int_eq(pthread_join(threads[0], NULL), 0);
	stacks_free(&stacks);
	struct leftovers before = leftovers_now();
	ck_assert_int_eq(stacks_make(&stacks, COUNT, STACK_BYTES), 0);
	for (int i = 0; i < COUNT; i++)
		ck_assert_int_eq(stacks_start(&stacks, i, &threads[i], fill, &places[i]), 0);
	for (int i = 0; i < COUNT; i++) {
		void *result;
		ck_assert_int_eq(pthread_join(threads[i], &result), 0);
		ck_assert_ptr_nonnull(result);
	}
	for (int i = 0; i < COUNT; i++)
		for (int j = 0; j < i; j++)
			ck_assert_int_ge(labs((long)(places[i] - places[j])), STACK_BYTES);
	stacks_free(&stacks);
	ck_assert_ptr_null(leftovers_since(&before));
}
END_TEST

START_TEST(a_stack_too_small_for_a_pthread_is_raised_to_whole_pages)
{
	struct stacks stacks;

	ck_assert_int_eq(stacks_make(&stacks, 1, 1), 0);
	ck_assert_uint_ge(stacks.bytes, (size_t)sysconf(_SC_THREAD_STACK_MIN));
	ck_assert_uint_eq(stacks.bytes % (size_t)sysconf(_SC_PAGESIZE), 0);
	stacks_free(&stacks);
	ck_assert_int_eq(stacks_make(&stacks, 1, STACK_BYTES + 1), 0);
	ck_assert_uint_ge(stacks.bytes, STACK_BYTES + (size_t)sysconf(_SC_PAGESIZE));
	stacks_free(&stacks);
}
END_TEST

START_TEST(a_limit_comes_back_as_its_error_and_the_stack_can_be_tried_again)
{
	static const enum fault faults[] = {FAULT_MMAP, FAULT_MPROTECT, FAULT_PTHREAD_CREATE};
	struct stacks stacks;
	pthread_t thread;
	uintptr_t place;

	ck_assert_int_eq(stacks_make(&stacks, COUNT, STACK_BYTES), 0);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		fault_set(faults[i], 1, EAGAIN);
		ck_assert_int_eq(stacks_start(&stacks, 0, &thread, fill, &place), -EAGAIN);
		fault_set(faults[i], 0, 0);
	}
	ck_assert_int_eq(stacks_start(&stacks, 0, &thread, fill, &place), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	stacks_free(&stacks);
}
END_TEST

static void *overflow(void *arg)
{
	volatile char buffer[STACK_BYTES + 4096];

	for (size_t i = sizeof(buffer); i > 0; i--)
		buffer[i - 1] = 1;
	return arg;
}

START_TEST(an_overflow_meets_the_guard)
{
	struct stacks stacks;
	pthread_t threads[2];
	uintptr_t place;

	ck_assert_int_eq(stacks_make(&stacks, 2, STACK_BYTES), 0);
	ck_assert_int_eq(stacks_start(&stacks, 0, &threads[0], fill, &place), 0);
	ck_assert_int_eq(stacks_start(&stacks, 1, &threads[1], overflow, NULL), 0);
	pthread_join(threads[1], NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("stacks");
	TCase *tc = tcase_create("stacks");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, every_stack_holds_what_was_asked_and_overlaps_no_other);
	tcase_add_test(tc, a_stack_too_small_for_a_pthread_is_raised_to_whole_pages);
	tcase_add_test(tc, a_limit_comes_back_as_its_error_and_the_stack_can_be_tried_again);
	if (!leftovers_sanitized()) /* which report it themselves, and exit */
		tcase_add_test_raise_signal(tc, an_overflow_meets_the_guard, SIGSEGV);
	suite_add_tcase(s, tc);
	return s;
}
