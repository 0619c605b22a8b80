/*
 * What the critical sections of lock prove.
 */
#include <errno.h>

#include "bench/lock/lock.h"
#include "harness/measure/invocation.h"
#include "tests/suite.h"

enum { TASKS, OPERATIONS, INSIDE, OUTSIDE };

static struct orders *orders;

static void set_up(void)
{
	struct orders draft = {.workload = &lock_workload,
		.model = model_find("threads"),
		.kind = KIND_TIME,
		.seed = 7,
		.rounds = 1,
		.tasks = 2};

	draft.values[TASKS] = 2;
	draft.values[OPERATIONS] = 3;
	draft.values[INSIDE] = 5;
	draft.values[OUTSIDE] = 5;
	ck_assert_int_eq(invocation_map(&orders, &draft), 0);
	ck_assert_int_eq(lock_workload.prepare(orders), 0);
}

static void tear_down(void)
{
	lock_workload.finish(orders);
	arena_unmap(orders->arena);
}

START_TEST(sections_that_all_counted_are_verified)
{
	for (int task = 0; task < 2; task++) {
		struct slot slot = {.orders = orders, .index = task};
		const struct lock_plan plan = lock_plan(&slot);
		for (int i = 0; i < 3; i++)
			lock_inside(&plan);
		lock_count(&slot, &plan, 11);
		ck_assert_uint_eq(slot.operations, 3);
		ck_assert_uint_eq(slot.checksum, 11);
	}
	ck_assert_int_eq(lock_verified(orders, 0), 0);
	ck_assert_int_eq(lock_verified(orders, -ECANCELED), -ECANCELED);
}
END_TEST

START_TEST(a_section_that_another_has_overwritten_makes_the_cell_invalid)
{
	struct slot slot = {.orders = orders};
	const struct lock_plan plan = lock_plan(&slot);

	lock_inside(&plan);
	/* Passed, but its count is lost, as when two are inside at once. */
	(*plan.passed)++;
	ck_assert_int_eq(lock_verified(orders, 0), -EIO);
	ck_assert_int_eq(orders->invocation->status, STATUS_INVALID);
	ck_assert_str_eq(orders->invocation->reason, "2 sections were passed and 1 counted");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("bench/lock/lock");
	TCase *tests = tcase_create("lock");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, sections_that_all_counted_are_verified);
	tcase_add_test(tests, a_section_that_another_has_overwritten_makes_the_cell_invalid);
	suite_add_tcase(suite, tests);
	return suite;
}
