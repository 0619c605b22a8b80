/*
 * When an open loop's figures do not count.
 */
#include "harness/load/lag.h"

#include <string.h>

#include "tests/suite.h"

static struct lane lag, latency;
static struct schedule schedule;
static struct pace pace;
static char text[200];

static void setup(void)
{
	ck_assert_int_eq(schedule_open(&schedule, SCHEDULE_CONSTANT, 1000, 1000, 1), 0);
	pace = (struct pace){.schedule = &schedule, .last_start_ns = 999000000};
	for (int i = 0; i < 1000; i++) {
		lane_record(&lag, i < 985 ? 10000 : 500000);
		lane_record(&latency, 1000000);
	}
}

static void teardown(void)
{
	schedule_close(&schedule);
}

START_TEST(an_offer_in_time_counts)
{
	ck_assert(!lag_fault(&pace, 1000, &lag, &latency, text, sizeof(text)));
}
END_TEST

START_TEST(a_rate_missed_by_more_than_one_percent_is_a_fault)
{
	pace.last_start_ns = 1008000000;
	ck_assert(!lag_fault(&pace, 1000, &lag, &latency, text, sizeof(text)));
	pace.last_start_ns = 1020000000;
	ck_assert(lag_fault(&pace, 1000, &lag, &latency, text, sizeof(text)));
	ck_assert_ptr_nonnull(strstr(text, "offered rate was missed by 2.1 %"));
}
END_TEST

START_TEST(a_median_lag_over_a_quarter_of_the_median_is_a_fault)
{
	for (int i = 0; i < 2000; i++)
		lane_record(&lag, 300000);
	ck_assert(lag_fault(&pace, 1000, &lag, &latency, text, sizeof(text)));
	ck_assert_str_eq(text,
		"p50 n/a: the generator was late by 301 us in the median, 30 % of the "
		"median latency (at most 25 %)");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("lag");
	TCase *c = tcase_create("lag");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, an_offer_in_time_counts);
	tcase_add_test(c, a_rate_missed_by_more_than_one_percent_is_a_fault);
	tcase_add_test(c, a_median_lag_over_a_quarter_of_the_median_is_a_fault);
	suite_add_tcase(s, c);
	return s;
}
