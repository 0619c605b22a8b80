#include <check.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/measure/arena.h"
#include "tests/suite.h"

START_TEST(what_is_taken_is_zeroed_aligned_and_apart)
{
	struct arena *arena;

	ck_assert_int_eq(arena_map(&arena, 10000), 0);
	char *first = arena_take(arena, 1);
	char *second = arena_take(arena, 129);
	char *third = arena_take(arena, 128);
	ck_assert_uint_eq((uintptr_t)first % 128, 0);
	ck_assert_ptr_eq(second, first + 128);
	ck_assert_ptr_eq(third, second + 256);
	for (int i = 0; i < 129; i++)
		ck_assert_int_eq(second[i], 0);
	arena_unmap(arena);
}
END_TEST

START_TEST(a_full_arena_gives_nothing)
{
	struct arena *arena;

	ck_assert_int_eq(arena_map(&arena, 4096), 0);
	ck_assert_ptr_null(arena_take(arena, arena->bytes));
	ck_assert_ptr_null(arena_take(arena, SIZE_MAX));
	ck_assert_ptr_nonnull(arena_take(arena, 1024));
	size_t left = arena->bytes - arena->taken;
	ck_assert_ptr_nonnull(arena_take(arena, left));
	ck_assert_ptr_null(arena_take(arena, 1));
	arena_unmap(arena);
}
END_TEST

START_TEST(as_much_as_was_asked_for_can_be_taken)
{
	static const size_t sizes[] = {1, 4096, 8191, 1000000};
	struct arena *arena;

	ck_assert_int_eq(arena_map(&arena, sizes[_i]), 0);
	ck_assert_ptr_nonnull(arena_take(arena, sizes[_i]));
	arena_unmap(arena);
}
END_TEST

START_TEST(a_childs_writes_are_seen_at_the_same_address)
{
	struct arena *arena;

	ck_assert_int_eq(arena_map(&arena, 4096), 0);
	int *word = arena_take(arena, sizeof(*word));
	pid_t child = fork();
	if (child == 0) {
		*word = 42;
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_int_eq(*word, 42);
	arena_unmap(arena);
}
END_TEST

START_TEST(touching_changes_nothing)
{
	struct arena *arena;

	ck_assert_int_eq(arena_map(&arena, 100000), 0);
	unsigned char *bytes = arena_take(arena, 90000);
	memset(bytes, 0xa5, 90000);
	arena_touch(arena);
	for (int i = 0; i < 90000; i++)
		ck_assert_int_eq(bytes[i], 0xa5);
	arena_unmap(arena);
}
END_TEST

START_TEST(an_impossible_size_is_an_error)
{
	struct arena *arena;

	ck_assert_int_lt(arena_map(&arena, SIZE_MAX), 0);
	ck_assert_ptr_null(arena);
	ck_assert_int_lt(arena_map(&arena, SIZE_MAX / 2), 0);
	arena_unmap(arena);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("arena");
	TCase *tcase = tcase_create("arena");

	tcase_add_test(tcase, what_is_taken_is_zeroed_aligned_and_apart);
	tcase_add_test(tcase, a_full_arena_gives_nothing);
	tcase_add_loop_test(tcase, as_much_as_was_asked_for_can_be_taken, 0, 4);
	tcase_add_test(tcase, a_childs_writes_are_seen_at_the_same_address);
	tcase_add_test(tcase, touching_changes_nothing);
	tcase_add_test(tcase, an_impossible_size_is_an_error);
	suite_add_tcase(s, tcase);
	return s;
}
