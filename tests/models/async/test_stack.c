/*
 * Pools of stacks: reuse, guards and their fall-backs, what an overflow says.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models/async/overflow.h"
#include "models/async/stack.h"
#include "models/async/switch.h"
#include "tests/suite.h"

static int mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	int lines = 0;

	for (int c; (c = getc(maps)) != EOF;)
		lines += c == '\n';
	fclose(maps);
	return lines;
}

START_TEST(the_stack_given_last_is_taken_first)
{
	struct async_stack_pool pool;

	ck_assert_int_eq(async_stack_pool_open(&pool, 0), 0);
	struct async_stack *a = async_stack_take(&pool), *b = async_stack_take(&pool);
	ck_assert_ptr_ne(a, b);
	async_stack_give(a);
	async_stack_give(b);
	ck_assert_ptr_eq(async_stack_take(&pool), b);
	ck_assert_ptr_eq(async_stack_take(&pool), a);
	ck_assert_uint_eq(pool.taken, 2);
	async_stack_pool_close(&pool);
}
END_TEST

START_TEST(a_stack_holds_what_was_asked_for)
{
	struct async_stack_pool pool;
	size_t asked[] = {0, 1024, 3000, 8192, 20000, 1 << 20};

	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		ck_assert_int_eq(async_stack_pool_open(&pool, asked[i]), 0);
		struct async_stack *stack = async_stack_take(&pool);
		ck_assert_ptr_nonnull(stack);
		size_t usable = (size_t)((char *)stack - stack->low);
		size_t least = asked[i] == 0 ? ASYNC_STACK_DEFAULT : asked[i];
		/* less what stands at the top: the slot's own struct, a canary, the colour */
		ck_assert_uint_ge(usable + 1024 + 64, least);
		memset(stack->low, 1, usable);
		async_stack_give(stack);
		async_stack_pool_close(&pool);
	}
}
END_TEST

START_TEST(more_guarded_stacks_than_mappings_are_possible)
{
	struct async_stack_pool pool;

	ck_assert_int_eq(async_stack_pool_open(&pool, 16 * 1024), 0);
	if (pool.guard == ASYNC_GUARD_REGION) {
		int before = mappings();
		for (int i = 0; i < 40000; i++)
			ck_assert_ptr_nonnull(async_stack_take(&pool));
		ck_assert_int_eq(pool.guard, ASYNC_GUARD_REGION);
		ck_assert_int_lt(mappings(), before + 100);
	}
	async_stack_pool_close(&pool);
}
END_TEST

START_TEST(closing_a_pool_leaves_no_mapping)
{
	struct async_stack_pool pool;
	int before = mappings();

	ck_assert_int_eq(async_stack_pool_open(&pool, 0), 0);
	for (int i = 0; i < 100; i++)
		ck_assert_ptr_nonnull(async_stack_take(&pool));
	async_stack_pool_close(&pool);
	async_stack_pool_close(&pool); /* again: nothing */
#ifdef ASYNC_TSAN
	(void)before; /* the sanitizer maps memory of its own meanwhile */
#else
	ck_assert_int_le(mappings(), before + 1);
#endif
}
END_TEST

static struct async_context plain;

struct deep {
	struct async_context context;
};

static volatile int levels = 1 << 30; /* the compiler must not know that it never ends */

__attribute__((noinline)) static int descend(int level)
{
	volatile char frame[512];

	frame[0] = (char)level;
	return level == levels ? 0 : descend(level + 1) + frame[0];
}

static void landing(struct async_registers *from, struct async_registers *self)
{
	struct deep *deep = (struct deep *)self;

	(void)from;
	async_context_arrived(&deep->context);
	descend(0);
	async_context_leave(&deep->context, &plain);
}

/* Runs out of stack in a child; what it said goes to `said`. Returns the wait status. */
static int overflow(const char *without, char *said, size_t bytes)
{
	int ends[2], status;

	ck_assert_int_eq(pipe(ends), 0);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		struct async_stack_pool pool;

		setenv("CONCBENCH_WITHOUT", without, 1);
		dup2(ends[1], STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		if (async_stack_pool_open(&pool, 32 * 1024) != 0)
			_exit(1);
		struct async_stack *stack = async_stack_take(&pool);
		struct deep *deep = async_stack_top(stack, sizeof *deep);
		stack->name = "deep one";
		async_context_make(
			&deep->context, stack->low, (size_t)((char *)deep - stack->low), landing);
		async_context_switch(&plain, &deep->context);
		_exit(0);
	}
	close(ends[1]);
	size_t got = 0;
	for (ssize_t n; (n = read(ends[0], said + got, bytes - 1 - got)) > 0;)
		got += (size_t)n;
	said[got] = '\0';
	close(ends[0]);
	waitpid(child, &status, 0);
	return status;
}

START_TEST(an_overflow_is_reported_with_the_coroutine_s_name)
{
	static const char *const without[] = {"nothing", "guard"};

	for (int i = 0; i < 2; i++) {
		char said[4096];
		int status = overflow(without[i], said, sizeof said);

		ck_assert_ptr_nonnull(strstr(said, "stack overflow in coroutine 'deep one'"));
#if !defined(ASYNC_ASAN) && !defined(ASYNC_TSAN)
		ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
#else
		ck_assert(status != 0);
#endif
	}
}
END_TEST

START_TEST(the_depth_of_a_painted_stack_is_known)
{
	struct async_stack_pool pool;

	ck_assert_int_eq(async_stack_pool_open(&pool, 0), 0);
	pool.paint = true;
	struct async_stack *stack = async_stack_take(&pool);
	ck_assert_uint_eq(async_stack_depth(stack), 0);
	((char *)stack)[-5000] = 1;
	ck_assert_uint_eq(async_stack_depth(stack), 5000);
	async_stack_pool_close(&pool);
}
END_TEST

START_TEST(trimming_gives_back_the_memory_of_free_stacks_only)
{
	struct async_stack_pool pool;

	ck_assert_int_eq(async_stack_pool_open(&pool, 0), 0);
	struct async_stack *kept = async_stack_take(&pool), *given = async_stack_take(&pool);
	memset(kept->low, 7, 100);
	memset(given->low, 7, 100);
	async_stack_give(given);
	async_stack_pool_trim(&pool);
	ck_assert_int_eq(kept->low[50], 7);
	ck_assert_int_eq(given->low[50], 0);
	ck_assert_ptr_eq(async_stack_take(&pool), given);
	async_stack_pool_close(&pool);
}
END_TEST

START_TEST(a_small_stack_has_a_canary)
{
	struct async_stack_pool pool;

	ck_assert_int_eq(async_stack_pool_open(&pool, 2048), 0);
	if (pool.guard == ASYNC_GUARD_CANARY) {
		struct async_stack *stack = async_stack_take(&pool);

		ck_assert_uint_eq(pool.slot_bytes, 2048);
		ck_assert(async_stack_intact(stack));
		stack->low[-8] = 1;
		ck_assert(!async_stack_intact(stack));
	}
	async_stack_pool_close(&pool);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/stack");
	TCase *tests = tcase_create("stack");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, the_stack_given_last_is_taken_first);
	tcase_add_test(tests, a_stack_holds_what_was_asked_for);
	tcase_add_test(tests, more_guarded_stacks_than_mappings_are_possible);
	tcase_add_test(tests, closing_a_pool_leaves_no_mapping);
	tcase_add_test(tests, an_overflow_is_reported_with_the_coroutine_s_name);
	tcase_add_test(tests, the_depth_of_a_painted_stack_is_known);
	tcase_add_test(tests, trimming_gives_back_the_memory_of_free_stacks_only);
	tcase_add_test(tests, a_small_stack_has_a_canary);
	suite_add_tcase(suite, tests);
	return suite;
}
