/*
 * Arrivals of an open loop. Fixed seeds: these are exact.
 */
#include "harness/load/schedule.h"

#include <math.h>
#include <stdlib.h>

#include "tests/suite.h"

enum { REQUESTS = 20000, RATE = 10000 };

static struct schedule schedule;

static void make(enum schedule_arrivals arrivals, uint64_t seed)
{
	ck_assert_int_eq(schedule_open(&schedule, arrivals, RATE, REQUESTS, seed), 0);
}

START_TEST(a_round_lasts_requests_over_rate)
{
	make((enum schedule_arrivals)_i, 1);
	ck_assert_uint_eq(schedule.span_ns, 2000000000);
	schedule_close(&schedule);
}
END_TEST

START_TEST(arrivals_ascend_inside_their_round_and_repeat_in_the_next)
{
	make((enum schedule_arrivals)_i, 1);
	for (uint64_t i = 0; i < REQUESTS; i++) {
		ck_assert_uint_lt(schedule_at(&schedule, i), schedule.span_ns);
		ck_assert_uint_le(schedule_at(&schedule, i), schedule_at(&schedule, i + 1));
		ck_assert_uint_eq(schedule_at(&schedule, i) + 3 * schedule.span_ns,
			schedule_at(&schedule, i + 3 * REQUESTS));
	}
	schedule_close(&schedule);
}
END_TEST

START_TEST(constant_arrivals_are_equally_far_apart)
{
	make(SCHEDULE_CONSTANT, 1);
	for (uint64_t i = 0; i < REQUESTS; i++)
		ck_assert_uint_le(
			llabs((long long)schedule_at(&schedule, i) - (long long)i * 100000), 1);
	schedule_close(&schedule);
}
END_TEST

START_TEST(poisson_gaps_are_exponential)
{
	int over_mean = 0, over_three = 0;

	make(SCHEDULE_POISSON, 1);
	for (uint64_t i = 0; i < REQUESTS; i++) {
		uint64_t gap_ns = schedule_at(&schedule, i + 1) - schedule_at(&schedule, i);

		over_mean += gap_ns > 100000;
		over_three += gap_ns > 300000;
	}
	ck_assert_double_eq_tol(over_mean, REQUESTS * exp(-1), REQUESTS * 0.01);
	ck_assert_double_eq_tol(over_three, REQUESTS * exp(-3), REQUESTS * 0.005);
	schedule_close(&schedule);
}
END_TEST

START_TEST(stretches_follow_each_other_each_at_its_own_distances)
{
	static const struct schedule_stretch stretches[] = {{2, 1000}, {4, 400}, {1, 100}};
	static const uint64_t offsets_ns[] = {0, 500, 1000, 1100, 1200, 1300, 1400};

	ck_assert_int_eq(schedule_open_stretches(&schedule, stretches, 3), 0);
	ck_assert_uint_eq(schedule.requests, 7);
	ck_assert_uint_eq(schedule.span_ns, 1500);
	for (uint64_t i = 0; i < 7; i++)
		ck_assert_uint_eq(schedule_at(&schedule, i), offsets_ns[i]);
	schedule_close(&schedule);
}
END_TEST

/* Arrivals of a part of the round, from one share of its time to another. */
static int arrivals_between(double from, double to)
{
	int count = 0;

	for (uint64_t i = 0; i < REQUESTS; i++) {
		double at = (double)schedule_at(&schedule, i) / (double)schedule.span_ns;
		count += at >= from && at < to;
	}
	return count;
}

START_TEST(a_step_triples_the_rate_in_the_middle_of_a_round)
{
	make(SCHEDULE_STEP, 1);
	for (int tenth = 0; tenth < 10; tenth++)
		ck_assert_int_le(abs(arrivals_between(tenth / 10.0, (tenth + 1) / 10.0) -
					 (tenth < 5 ? REQUESTS / 20 : REQUESTS * 3 / 20)),
			1);
	schedule_close(&schedule);
}
END_TEST

START_TEST(a_ramp_adds_as_many_arrivals_in_every_tenth_of_a_round)
{
	make(SCHEDULE_RAMP, 1);
	for (int tenth = 0; tenth < 10;
		tenth++) /* the rate in its middle is 0.55, 0.65, ... 1.45 */
		ck_assert_int_le(abs(arrivals_between(tenth / 10.0, (tenth + 1) / 10.0) -
					 REQUESTS * (55 + tenth * 10) / 1000),
			2);
	schedule_close(&schedule);
}
END_TEST

START_TEST(a_seed_gives_its_arrivals_again_and_another_gives_others)
{
	uint64_t first;

	make(SCHEDULE_POISSON, 1);
	first = schedule_at(&schedule, 5000);
	schedule_close(&schedule);
	make(SCHEDULE_POISSON, 1);
	ck_assert_uint_eq(schedule_at(&schedule, 5000), first);
	schedule_close(&schedule);
	make(SCHEDULE_POISSON, 2);
	ck_assert_uint_ne(schedule_at(&schedule, 5000), first);
	schedule_close(&schedule);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("schedule");
	TCase *c = tcase_create("arrivals");

	tcase_add_loop_test(
		c, a_round_lasts_requests_over_rate, SCHEDULE_CONSTANT, SCHEDULE_RAMP + 1);
	tcase_add_loop_test(c, arrivals_ascend_inside_their_round_and_repeat_in_the_next,
		SCHEDULE_CONSTANT, SCHEDULE_RAMP + 1);
	tcase_add_test(c, constant_arrivals_are_equally_far_apart);
	tcase_add_test(c, poisson_gaps_are_exponential);
	tcase_add_test(c, a_step_triples_the_rate_in_the_middle_of_a_round);
	tcase_add_test(c, a_ramp_adds_as_many_arrivals_in_every_tenth_of_a_round);
	tcase_add_test(c, a_seed_gives_its_arrivals_again_and_another_gives_others);
	tcase_add_test(c, stretches_follow_each_other_each_at_its_own_distances);
	suite_add_tcase(s, c);
	return s;
}
