/*
 * What percentiles can be told.
 */
#include "harness/measure/distribution.h"

#include <math.h>
#include <string.h>

#include "tests/suite.h"

static struct histogram latencies, lag;
static struct distribution told;
static char text[200];

/* A thousand of 1 ms, of which the load left 985 late by 10 us and the last ones by 500. */
static void setup(void)
{
	told = (struct distribution){&latencies, 1000000, &lag, 500000};
	latencies.counts[histogram_bucket(1000000)] = 20000;
	lag.counts[histogram_bucket(10000)] = 19700;
	lag.counts[histogram_bucket(500000)] = 300;
}

START_TEST(only_percentiles_whose_own_lag_is_over_a_quarter_are_hidden)
{
	static const struct {
		double q;
		bool hidden;
	} cases[] = {
		{0.5, false}, {0.9, false}, {0.95, false}, {0.99, true}, {0.999, true}, {1, true}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(
			distribution_hides(&told, cases[i].q) == cases[i].hidden, "%g", cases[i].q);
		ck_assert_msg(
			isnan(distribution_percentile_ns(&told, cases[i].q)) == cases[i].hidden,
			"%g", cases[i].q);
	}
}
END_TEST

START_TEST(a_quarter_itself_hides_nothing)
{
	told.lag_max_ns = 250000;
	ck_assert(!distribution_hides(&told, 1));
	told.lag_max_ns = 250001;
	ck_assert(distribution_hides(&told, 1));
}
END_TEST

START_TEST(what_is_hidden_is_named_with_the_reason)
{
	ck_assert(distribution_hidden(&told, text, sizeof(text)));
	ck_assert_str_eq(text,
		"p99, p99.9, max n/a: the load itself left late by 500 us at p99, 50 % of "
		"that latency (at most 25 %)");
}
END_TEST

START_TEST(without_a_lag_nothing_is_hidden)
{
	told.lag = NULL;
	ck_assert(!distribution_hidden(&told, text, sizeof(text)));
	ck_assert_str_eq(text, "");
	ck_assert_double_eq(distribution_percentile_ns(&told, 0.999), 1000000);
	memset(&lag, 0, sizeof(lag));
	told.lag = &lag;
	told.lag_max_ns = 0;
	ck_assert(!distribution_hidden(&told, text, sizeof(text)));
}
END_TEST

START_TEST(too_few_samples_tell_no_percentile_and_are_not_blamed_on_the_lag)
{
	latencies.counts[histogram_bucket(1000000)] = 999;
	ck_assert(isnan(distribution_percentile_ns(&told, 0.999)));
	ck_assert(distribution_hidden(&told, text, sizeof(text)));
	ck_assert_ptr_null(strstr(text, "p99"));
	ck_assert_ptr_nonnull(strstr(text, "max n/a"));
	told.lag = NULL;
	latencies.counts[histogram_bucket(1000000)] = 0;
	ck_assert(isnan(distribution_percentile_ns(&told, 1)));
}
END_TEST

START_TEST(no_percentile_is_above_the_largest)
{
	told = (struct distribution){.latencies = &latencies, .max_ns = 999999};
	ck_assert_double_eq(distribution_percentile_ns(&told, 0.5), 999999);
	ck_assert_double_eq(distribution_percentile_ns(&told, 1), 999999);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("distribution");
	TCase *c = tcase_create("distribution");

	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, only_percentiles_whose_own_lag_is_over_a_quarter_are_hidden);
	tcase_add_test(c, a_quarter_itself_hides_nothing);
	tcase_add_test(c, what_is_hidden_is_named_with_the_reason);
	tcase_add_test(c, without_a_lag_nothing_is_hidden);
	tcase_add_test(c, too_few_samples_tell_no_percentile_and_are_not_blamed_on_the_lag);
	tcase_add_test(c, no_percentile_is_above_the_largest);
	suite_add_tcase(s, c);
	return s;
}
