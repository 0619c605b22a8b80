/*
 * The layout of mixed's requests and its computation.
 */
#include <string.h>

#include "bench/mixed/mixed.h"
#include "tests/suite.h"

enum { TASKS, OPERATIONS, WAIT, WAITS, COMPUTE, HEAVY, FACTOR, CALIBRATION };

static struct orders orders;
static struct slot slot;

static void set_up(void)
{
	memset(&orders, 0, sizeof(orders));
	memset(&slot, 0, sizeof(slot));
	slot.orders = &orders;
	orders.values[OPERATIONS] = 10;
	orders.values[WAIT] = 1000000;
	orders.values[COMPUTE] = 100000;
	orders.values[HEAVY] = 5;
	orders.values[FACTOR] = 20;
	orders.values[CALIBRATION] = 1000;
}

struct sums {
	uint64_t heavy, wait_ns, iterations;
};

static struct sums sums_of_round(int tasks, uint64_t seed)
{
	struct sums sums = {0};

	orders.tasks = tasks;
	orders.values[TASKS] = tasks;
	orders.seed = seed;
	for (slot.index = 0; slot.index < tasks; slot.index++) {
		const struct mixed_plan plan = mixed_plan(&slot);
		for (int i = 0; i < (int)orders.values[OPERATIONS]; i++) {
			struct mixed_request request = mixed_request(&plan, i);
			sums.heavy += request.heavy;
			sums.wait_ns += request.wait_ns;
			sums.iterations += request.iterations;
			ck_assert_uint_ge(request.wait_ns, 500000);
			ck_assert_uint_lt(request.wait_ns, 1500000);
		}
	}
	return sums;
}

START_TEST(every_seed_gives_the_same_heavy_requests_and_the_same_sum_of_waits)
{
	static const int tasks[] = {1, 2, 8, 30, 97};

	for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++) {
		const uint64_t requests = (uint64_t)tasks[i] * 10;
		const uint64_t heavy = (requests * 5 + 50) / 100;
		const uint64_t seeds[] = {0, 1, 12345678901234567u, UINT64_MAX};
		for (size_t k = 0; k < sizeof(seeds) / sizeof(seeds[0]); k++) {
			struct sums sums = sums_of_round(tasks[i], seeds[k]);
			ck_assert_uint_eq(sums.heavy, heavy);
			ck_assert_uint_eq(sums.iterations, 100 * (requests - heavy) + 2000 * heavy);
			/* every wait is rounded down to whole ns */
			ck_assert_uint_le(sums.wait_ns, requests * 1000000);
			ck_assert_uint_ge(sums.wait_ns, requests * 1000000 - requests);
		}
	}
}
END_TEST

START_TEST(equal_waits_are_all_the_same)
{
	orders.tasks = 3;
	orders.values[WAITS] = 1;
	const struct mixed_plan plan = mixed_plan(&slot);
	for (int i = 0; i < 10; i++)
		ck_assert_uint_eq(mixed_request(&plan, i).wait_ns, 1000000);
}
END_TEST

/* the specification in the header, written again */
static uint64_t chain(uint64_t value, uint64_t iterations)
{
	for (uint64_t i = 0; i < iterations; i++) {
		value ^= value >> 29;
		value *= 0xbf58476d1ce4e5b9u;
		value += i;
	}
	return value;
}

START_TEST(a_computation_that_stops_one_iteration_early_has_another_result)
{
	struct mixed_request request = {.iterations = 1000, .value = 42};

	ck_assert_int_eq(mixed_compute(&request), 0);
	ck_assert_uint_eq(request.value, chain(42, 1000));
	ck_assert_uint_ne(request.value, chain(42, 999));
}
END_TEST

START_TEST(calibration_is_a_value_its_parameter_accepts)
{
	const struct param *param = &mixed_workload.params[mixed_workload.calibrated];
	int64_t iterations = mixed_workload.calibrate();

	ck_assert_str_eq(param->name, "calibration");
	ck_assert_int_ge(iterations, param->min);
	ck_assert_int_le(iterations, param->max);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("bench/mixed/mixed");
	TCase *tests = tcase_create("mixed");

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_add_test(tests, every_seed_gives_the_same_heavy_requests_and_the_same_sum_of_waits);
	tcase_add_test(tests, equal_waits_are_all_the_same);
	tcase_add_test(tests, a_computation_that_stops_one_iteration_early_has_another_result);
	tcase_add_test(tests, calibration_is_a_value_its_parameter_accepts);
	suite_add_tcase(suite, tests);
	return suite;
}
