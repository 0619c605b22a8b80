/*
 * Spinning by experience. No duration is asserted: what it learns from is given.
 */
#include <check.h>

#include "models/spin.h"
#include "tests/suite.h"

enum { MOST_NS = 64000 };

static struct spin spin = {.most_ns = MOST_NS, .now_ns = MOST_NS};

static uint32_t learn(bool worth_it)
{
	spin_learn(&spin, atomic_load(&spin.now_ns), worth_it);
	return atomic_load(&spin.now_ns);
}

START_TEST(what_was_worth_it_is_doubled_up_to_the_bound_and_what_was_not_is_halved)
{
	ck_assert_uint_eq(learn(true), MOST_NS);
	ck_assert_uint_eq(learn(false), MOST_NS / 2);
	ck_assert_uint_eq(learn(false), MOST_NS / 4);
	ck_assert_uint_eq(learn(true), MOST_NS / 2);
	ck_assert_uint_eq(learn(true), MOST_NS);
}
END_TEST

START_TEST(it_stays_at_the_least_and_now_and_then_tries_the_bound_again)
{
	int tries = 0;

	for (int i = 0; i < SPIN_HALVINGS; i++)
		learn(false);
	ck_assert_uint_eq(learn(false), MOST_NS >> SPIN_HALVINGS);
	for (int i = 0; i < 10 * SPIN_RETRY; i++)
		tries += learn(false) == MOST_NS;
	ck_assert_int_ge(tries, 5);
	ck_assert_int_le(tries, 10);
}
END_TEST

static int calls;

static bool third_time(void *arg)
{
	(void)arg;
	return ++calls == 3;
}

static bool never(void *arg)
{
	(void)arg;
	calls++;
	return false;
}

START_TEST(it_ends_when_the_attempt_succeeds_or_the_time_is_over)
{
	ck_assert(spin_until(&spin, third_time, NULL));
	ck_assert_int_eq(calls, 3);
	ck_assert(!spin_until(&spin, never, NULL));
	ck_assert_int_gt(calls, 3);
}
END_TEST

START_TEST(without_a_bound_or_a_second_cpu_it_never_spins)
{
	struct spin none;
	cpu_set_t before, one;

	spin_make(&none, 0);
	ck_assert(!spin_until(&none, third_time, NULL));
	ck_assert_int_eq(sched_getaffinity(0, sizeof(before), &before), 0);
	CPU_ZERO(&one);
	for (int cpu = 0; CPU_COUNT(&one) == 0; cpu++)
		if (CPU_ISSET(cpu, &before))
			CPU_SET(cpu, &one);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(one), &one), 0);
	spin_make(&none, MOST_NS);
	ck_assert_uint_eq(none.most_ns, 0);
	ck_assert(!spin_until(&none, third_time, NULL));
	ck_assert_int_eq(calls, 0);
}
END_TEST

START_TEST(an_option_of_zero_is_the_default_and_a_negative_one_none)
{
	ck_assert_uint_eq(spin_bound_ns(0), SPIN_DEFAULT_NS);
	ck_assert_uint_eq(spin_bound_ns(-1), 0);
	ck_assert_uint_eq(spin_bound_ns(7), 7);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("spin");
	TCase *tc = tcase_create("spin");

	tcase_add_test(tc, what_was_worth_it_is_doubled_up_to_the_bound_and_what_was_not_is_halved);
	tcase_add_test(tc, it_stays_at_the_least_and_now_and_then_tries_the_bound_again);
	tcase_add_test(tc, it_ends_when_the_attempt_succeeds_or_the_time_is_over);
	tcase_add_test(tc, without_a_bound_or_a_second_cpu_it_never_spins);
	tcase_add_test(tc, an_option_of_zero_is_the_default_and_a_negative_one_none);
	suite_add_tcase(s, tc);
	return s;
}
