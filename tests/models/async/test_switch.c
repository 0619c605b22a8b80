/*
 * The stack switch: there and back, what is kept, where a new stack begins.
 */
#include <fenv.h>
#include <stdint.h>
#include <stdlib.h>

#include "models/async/stack.h"
#include "models/async/switch.h"
#include "tests/suite.h"

struct side {
	struct async_context context;
	struct async_context *back;
	int steps;
	uintptr_t entry_stack;
	double sum;
};

static struct async_context plain;

static void landing(struct async_registers *from, struct async_registers *self)
{
	struct side *side = (struct side *)self;

	(void)from;
	async_context_arrived(&side->context);
	side->entry_stack = (uintptr_t)__builtin_frame_address(0);
	for (side->steps = 1; side->steps < 4; side->steps++) {
		side->sum += side->steps * 0.5;
		async_context_switch(&side->context, side->back);
	}
	async_context_leave(&side->context, side->back);
}

static struct async_stack_pool pool;

static void side_open(struct side *side)
{
	ck_assert_int_eq(async_stack_pool_open(&pool, 0), 0);
	struct async_stack *stack = async_stack_take(&pool);
	ck_assert_ptr_nonnull(stack);
	*side = (struct side){.back = &plain};
	async_context_make(
		&side->context, stack->low, (size_t)((char *)stack - stack->low), landing);
}

static void side_close(struct side *side)
{
	async_context_drop(&side->context);
	async_stack_pool_close(&pool);
}

START_TEST(making_a_context_runs_nothing_of_it)
{
	struct side side;

	side_open(&side);
	ck_assert_int_eq(side.steps, 0);
	side_close(&side);
}
END_TEST

START_TEST(each_switch_goes_on_where_the_stack_stopped)
{
	struct side side;

	side_open(&side);
	for (int i = 1; i <= 3; i++) {
		async_context_switch(&plain, &side.context);
		ck_assert_int_eq(side.steps, i);
	}
	async_context_switch(&plain, &side.context); /* it leaves */
	ck_assert_int_eq(side.steps, 4);
	ck_assert(side.sum == 3.0);
	side_close(&side);
}
END_TEST

START_TEST(a_new_stack_begins_aligned_as_after_a_call)
{
	struct side side;

	side_open(&side);
	async_context_switch(&plain, &side.context);
	ck_assert_uint_eq(side.entry_stack % 16, 0);
	side_close(&side);
}
END_TEST

/* Enough live values that some would sit in callee-saved registers. */
START_TEST(live_values_survive_a_switch)
{
	struct side side;
	volatile uint64_t seed = 0x1234567;
	uint64_t a = seed, b = a * 3, c = a * 5, d = a * 7, e = a * 11, f = a * 13, g = a * 17,
		 h = a * 19;
	double x = (double)a * 0.5, y = (double)b * 0.25;

	side_open(&side);
	for (int i = 0; i < 3; i++) {
		async_context_switch(&plain, &side.context);
		a += 1, b += 1, c += 1, d += 1, e += 1, f += 1, g += 1, h += 1, x += 1, y += 1;
	}
	ck_assert_uint_eq(
		a + b + c + d + e + f + g + h, seed * (1 + 3 + 5 + 7 + 11 + 13 + 17 + 19) + 24);
	ck_assert(x == (double)seed * 0.5 + 3 && y == (double)(seed * 3) * 0.25 + 3);
	side_close(&side);
}
END_TEST

START_TEST(float_control_is_kept_on_request)
{
	struct async_float control;
	int mode = fegetround();

	fesetround(FE_UPWARD);
	async_float_save(&control);
	fesetround(FE_DOWNWARD);
	async_float_restore(&control);
	ck_assert_int_eq(fegetround(), FE_UPWARD);
	fesetround(mode);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("models/async/switch");
	TCase *tests = tcase_create("switch");

	tcase_add_test(tests, making_a_context_runs_nothing_of_it);
	tcase_add_test(tests, each_switch_goes_on_where_the_stack_stopped);
	tcase_add_test(tests, a_new_stack_begins_aligned_as_after_a_call);
	tcase_add_test(tests, live_values_survive_a_switch);
	tcase_add_test(tests, float_control_is_kept_on_request);
	suite_add_tcase(suite, tests);
	return suite;
}
