#include <check.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/measure/arena.h"
#include "harness/measure/memory.h"
#include "tests/suite.h"

enum { MIB = 1 << 20 };

/* A child that holds so much private memory and so much of the arena, and waits. */
static pid_t holder(size_t bytes, char *arena, size_t arena_bytes, int told)
{
	pid_t child = fork();

	if (child == 0) {
		char *held = mmap(NULL, bytes + 1, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		memset(held, 1, bytes);
		memset(arena, 1, arena_bytes);
		if (write(told, "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	return child;
}

START_TEST(private_memory_is_counted_and_the_arena_apart)
{
	struct record_memory_point before, after;
	struct control_group none = {0};
	struct arena *arena;
	int told[2];
	char byte;

	ck_assert_int_eq(arena_map(&arena, 16 * MIB), 0);
	char *shared = arena_take(arena, 12 * MIB);
	ck_assert_int_eq(pipe(told), 0);
	ck_assert_int_eq(memory_read(&before, getpid(), &none), 0);
	pid_t child = holder(8 * MIB, shared, 12 * MIB, told[1]);
	ck_assert_int_eq(read(told[0], &byte, 1), 1);
	ck_assert_int_eq(memory_read(&after, getpid(), &none), 0);
	ck_assert_int_eq(after.processes - before.processes, 1);
	ck_assert_int_eq(after.threads - before.threads, 1);
	ck_assert_int_ge(after.pss - before.pss, 8 * MIB);
	ck_assert_int_lt(after.pss - before.pss, 12 * MIB);
	ck_assert_int_ge(after.arena - before.arena, 12 * MIB - 64 * 1024);
	ck_assert_int_eq(after.cgroup, -1);
	ck_assert_int_gt(after.page_tables, 0);
	ck_assert_int_gt(after.kernel_stacks, 0);
	ck_assert_int_gt(after.slab, 0);
	int64_t pss = memory_pss(child);
	ck_assert_int_ge(pss, 8 * MIB);
	ck_assert_int_lt(pss, 12 * MIB);
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_int_eq(memory_pss(child), -1);
	arena_unmap(arena);
}
END_TEST

START_TEST(a_group_that_nobody_could_enter_counts_nothing_rather_than_zero)
{
	struct record_memory_point point;
	struct control_group group;

	if (memory_group_make(&group) != 0)
		return; /* not allowed here */
	ck_assert_int_eq(memory_read(&point, getpid(), &group), 0);
	ck_assert_int_eq(point.cgroup, -1);
	ck_assert_int_eq(point.cgroup_kernel, -1);
	control_group_remove(&group);
}
END_TEST

static bool at_once(void *arg)
{
	return ++*(int *)arg > 2;
}

START_TEST(settling_can_be_interrupted_and_has_an_end)
{
	int asked = 0;

	ck_assert(!memory_settle(30000000000u, at_once, &asked));
	ck_assert_int_eq(asked, 3);
	asked = -1000;
	ck_assert(!memory_settle(200000000, at_once, &asked));
	ck_assert_int_lt(asked, 0);
}
END_TEST

START_TEST(free_memory_includes_what_lies_in_lists)
{
	int64_t bytes = memory_free_corrected();

	if (access("/proc/zoneinfo", R_OK) != 0)
		ck_assert_int_eq(bytes, -1);
	else
		ck_assert_int_gt(bytes, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("memory");
	TCase *tcase = tcase_create("memory");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, private_memory_is_counted_and_the_arena_apart);
	tcase_add_test(tcase, a_group_that_nobody_could_enter_counts_nothing_rather_than_zero);
	tcase_add_test(tcase, settling_can_be_interrupted_and_has_an_end);
	tcase_add_test(tcase, free_memory_includes_what_lies_in_lists);
	suite_add_tcase(s, tcase);
	return s;
}
