/*
 * The waits of sleep and their proof.
 */
#include <string.h>

#include "bench/sleep/sleep.h"
#include "harness/measure/clock.h"
#include "tests/suite.h"

enum { TASKS, OPERATIONS, WAIT, PATTERN, TOUCH };

START_TEST(staggered_waits_differ_and_add_up_to_the_wait_asked_for)
{
	struct orders orders = {.tasks = 20};
	struct slot slot = {.orders = &orders};
	uint64_t sum_ns = 0, last_ns = 0;

	orders.values[WAIT] = 5000000;
	orders.values[PATTERN] = 1;
	for (slot.index = 0; slot.index < orders.tasks; slot.index++) {
		uint64_t wait_ns = sleep_plan(&slot).wait_ns;
		ck_assert_uint_gt(wait_ns, last_ns);
		ck_assert_uint_ge(wait_ns, 2500000);
		ck_assert_uint_le(wait_ns, 7500000);
		sum_ns += wait_ns;
		last_ns = wait_ns;
	}
	ck_assert_uint_eq(sum_ns, 20 * 5000000u);
}
END_TEST

START_TEST(a_wait_that_ended_early_proves_nothing)
{
	const struct sleep_plan plan = {.seed = 1, .task = 2};
	const uint64_t now_ns = clock_now_ns();

	ck_assert_uint_eq(sleep_proof(&plan, 0, now_ns + 3600000000000), 0);
	ck_assert_uint_ne(sleep_proof(&plan, 0, now_ns), 0);
	ck_assert_uint_ne(sleep_proof(&plan, 0, now_ns), sleep_proof(&plan, 1, now_ns));
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("bench/sleep/sleep");
	TCase *tests = tcase_create("sleep");

	tcase_add_test(tests, staggered_waits_differ_and_add_up_to_the_wait_asked_for);
	tcase_add_test(tests, a_wait_that_ended_early_proves_nothing);
	suite_add_tcase(suite, tests);
	return suite;
}
