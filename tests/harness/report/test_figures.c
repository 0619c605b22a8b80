#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/group.h"
#include "tests/suite.h"

enum { INVOCATIONS = 6 };

static struct record records[INVOCATIONS];
static const struct record *pointers[INVOCATIONS];
static struct workload_facts facts;
static struct group_rows group;
static struct row row;

/* Six invocations of 1000 operations in 1, 2 … 6 ms. */
static void set_up(void)
{
	memset(records, 0, sizeof(records));
	for (int i = 0; i < INVOCATIONS; i++) {
		records[i].work.rounds = 10;
		records[i].work.operations = 1000;
		records[i].window.ns = (uint64_t)(i + 1) * 1000000;
		records[i].window.cpu_ns = 500000;
		records[i].window.voluntary = 2000;
		records[i].place.block = i / 2;
		records[i].place.slot = i % 2 == 0 ? 1 : 4;
		pointers[i] = &records[i];
	}
	facts = (struct workload_facts){.rate = 1, .latency = 1};
	row = (struct row){.model = "async", .records = pointers, .records_count = INVOCATIONS};
	group = (struct group_rows){
		.facts = &facts, .kind = KIND_TIME, .rows = &row, .rows_count = 1};
}

static void tear_down(void)
{
	for (int i = 0; i < INVOCATIONS; i++)
		record_release(&records[i]);
}

/* Gives the first invocation so many samples of one value. */
static void samples(uint64_t count, uint64_t ns)
{
	if (records[0].latency == NULL)
		records[0].latency = calloc(1, sizeof(*records[0].latency));
	records[0].latency->present = 1;
	records[0].latency->closed.counts[histogram_bucket(ns)] += count;
	records[0].latency->max_ns = ns;
}

START_TEST(rates_and_costs_are_medians_over_invocations)
{
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert_int_eq(row.ok, 6);
	/* of 1000, 500, 333, 250, 200, 166.7 thousand per second */
	ck_assert_double_eq_tol(row.rate.middle, (1e6 / 3 + 250000) / 2, 1e-6);
	ck_assert_double_eq_tol(row.rate.low, 1e6 / 6, 1e-6);
	ck_assert_double_eq_tol(row.rate.high, 1e6, 1e-6);
	ck_assert_double_eq_tol(row.round_ns.middle, 350000, 1e-6);
	ck_assert_double_eq_tol(row.cpu_ns.middle, 500, 1e-9);
	ck_assert_double_eq_tol(row.voluntary.middle, 2, 1e-9);
}
END_TEST

START_TEST(fairness_is_the_fastest_over_the_slowest_task)
{
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert(isnan(row.fairness));
	for (int i = 0; i < INVOCATIONS; i++)
		records[i].fairness = (struct record_fairness){1000.0 * (i + 1), 500};
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert_double_eq_tol(row.fairness, 7, 1e-9);
	for (int i = 0; i < INVOCATIONS; i++)
		records[i].fairness.slowest_per_s = 0;
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert(isinf(row.fairness));
}
END_TEST

START_TEST(a_percentile_needs_ten_samples_beyond_it)
{
	static const struct {
		uint64_t count;
		int known;
	} cases[] = {{19, 0}, {20, 1}, {999, 1}, {1000, 2}, {9999, 2}, {10000, 3}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set_up();
		samples(cases[i].count, 1000);
		ck_assert_int_eq(row_compute(&row, &group), 0);
		for (int p = 0; p < PERCENTILES; p++)
			ck_assert_msg(isnan(row.percentiles_ns[p]) == (p >= cases[i].known),
				"%d of %d samples", p, (int)cases[i].count);
		ck_assert_double_eq(row.max_ns, 1000);
		tear_down();
	}
}
END_TEST

START_TEST(histograms_are_merged_before_percentiles_are_taken)
{
	samples(10, 1000);
	records[1].latency = calloc(1, sizeof(*records[1].latency));
	records[1].latency->present = 1;
	records[1].latency->closed.counts[histogram_bucket(50)] = 30;
	records[1].latency->max_ns = 50;
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert_uint_eq(row.samples, 40);
	/* the mean of the two medians would be 525 */
	ck_assert_double_eq(row.percentiles_ns[P50], 50);
	ck_assert_double_eq(row.max_ns, 1000);
}
END_TEST

START_TEST(no_percentile_lies_above_the_maximum)
{
	/* the bucket of 1000001 ns reaches further than 1000001 */
	samples(20, 1000001);
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert_double_eq(row.percentiles_ns[P50], 1000001);
}
END_TEST

START_TEST(corrected_latencies_are_shown_where_there_are_any)
{
	samples(20, 1000);
	records[0].latency->has_corrected = 1;
	records[0].latency->corrected.counts[histogram_bucket(200)] = 20;
	records[0].latency->corrected_max_ns = 200;
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert(row.corrected);
	ck_assert_double_eq(row.percentiles_ns[P50], 200);
}
END_TEST

START_TEST(what_the_lag_of_all_invocations_hides_is_not_available_and_says_why)
{
	samples(2000, 1000000);
	records[0].latency->has_corrected = records[0].latency->has_lag = 1;
	records[0].latency->corrected.counts[histogram_bucket(1000000)] = 2000;
	records[0].latency->corrected_max_ns = 1000000;
	records[0].latency->lag.counts[histogram_bucket(1000)] = 1970;
	records[0].latency->lag.counts[histogram_bucket(400000)] = 30;
	records[0].latency->lag_max_ns = 400000;
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert_double_eq(row.percentiles_ns[P50], 1000000);
	ck_assert(isnan(row.percentiles_ns[P99]));
	ck_assert(isnan(row.max_ns));
	ck_assert_int_eq(row.warnings_count, 1);
	ck_assert_ptr_nonnull(strstr(row.warnings[0], "p99, max n/a: the load itself left late"));
}
END_TEST

START_TEST(a_window_that_the_skew_eats_has_no_rate)
{
	for (int i = 0; i < INVOCATIONS; i++)
		records[i].window.skew_ns = records[i].window.ns / 20 + 1;
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert(isnan(row.rate.middle));
	ck_assert_double_eq_tol(row.round_ns.middle, 350000, 1e-6);
	ck_assert_int_eq(group_compare(&group), 0);
	ck_assert_int_eq(group.best, -1);
}
END_TEST

START_TEST(rates_of_the_fewer_invocations_are_not_chosen)
{
	for (int i = 0; i < INVOCATIONS / 2 - 1; i++)
		records[i].window.skew_ns = records[i].window.ns;
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert(!isnan(row.rate.middle));
	ck_assert_str_eq(row.warnings[0], "the rate is that of 4 of 6 invocations");
	records[INVOCATIONS - 1].window.skew_ns = records[INVOCATIONS - 1].window.ns;
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert(isnan(row.rate.middle));
	ck_assert_int_eq(group_compare(&group), 0);
	ck_assert_int_eq(group.best, -1);
	ck_assert_int_eq(row.ratio.n, 0);
}
END_TEST

START_TEST(a_skew_where_all_cpus_were_full_takes_no_rate)
{
	for (int i = 0; i < INVOCATIONS; i++) {
		records[i].window.skew_ns = records[i].window.ns / 4;
		records[i].window.cpu_ns = records[i].window.ns * 2;
		strcpy(records[i].place.sut_cpus, "0-1");
	}
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert(!isnan(row.rate.middle));
	for (int i = 0; i < INVOCATIONS; i++)
		strcpy(records[i].place.sut_cpus, "0-2");
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert(isnan(row.rate.middle));
}
END_TEST

START_TEST(invocations_that_are_not_ok_do_not_count_but_are_told)
{
	records[0].status = STATUS_FAILED;
	strcpy(records[0].reason, "ended by signal 11");
	records[1].status = STATUS_DISTURBED;
	strcpy(records[1].reason, "25 % of a CPU was taken from outside");
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert_int_eq(row.ok, 4);
	ck_assert_int_eq(row.status, STATUS_OK);
	ck_assert_int_eq(row.rate.n, 4);
	ck_assert_str_eq(row.warnings[0],
		"1 of 6 invocations DISTURBED: 25 % of a CPU was taken from outside");
	ck_assert_str_eq(row.warnings[1], "1 of 6 invocations failed: ended by signal 11");
}
END_TEST

START_TEST(a_row_without_a_good_invocation_has_its_reason)
{
	for (int i = 0; i < INVOCATIONS; i++) {
		records[i].status = STATUS_LIMIT;
		strcpy(records[i].reason, "RLIMIT_NPROC 4096 reached at 4093 tasks");
	}
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert_int_eq(row.status, STATUS_LIMIT);
	ck_assert_str_eq(row.reason, "RLIMIT_NPROC 4096 reached at 4093 tasks");
	ck_assert(isnan(row.rate.middle));
}
END_TEST

START_TEST(warnings_that_differ_in_figures_only_are_one)
{
	for (int i = 0; i < INVOCATIONS; i++)
		snprintf(records[i].warning, sizeof(records[i].warning),
			"%d.%d page faults per task", i, i * 3);
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert_int_eq(row.warnings_count, 1);
}
END_TEST

START_TEST(warnings_of_memory_stand_in_the_row_that_shows_the_memory)
{
	static struct session session;
	struct row memory_row = {.model = "async",
		.status = STATUS_OK,
		.warnings = {"the machine did not stand still"},
		.warnings_count = 1};
	struct row limited = {.model = "async",
		.status = STATUS_LIMIT,
		.reason = "RLIMIT_AS 9 reached at 7 tasks"};
	struct group_rows all[3] = {group, group, group};
	struct groups groups = {.groups = all, .count = 3};

	strcpy(facts.concurrency, "tasks");
	all[1].kind = all[2].kind = KIND_MEMORY;
	all[1].rows = &memory_row;
	all[2].rows = &limited;
	for (int i = 0; i < 3; i++)
		all[i].sample = &records[0];
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert_int_eq(groups_fit(&groups, &session), 0);
	ck_assert_int_eq(row.warnings_count, 2);
	ck_assert_str_eq(row.warnings[0], "memory: the machine did not stand still");
	ck_assert_str_eq(row.warnings[1], "memory: limit: RLIMIT_AS 9 reached at 7 tasks");
	ck_assert_int_eq(memory_row.warnings_count, 1);
}
END_TEST

START_TEST(the_mirror_is_the_later_half_of_a_block)
{
	for (int i = 0; i < INVOCATIONS; i++)
		ck_assert_int_eq(row_half(&row, i), i % 2);
}
END_TEST

START_TEST(operations_are_needed_to_divide_by)
{
	for (int i = 0; i < INVOCATIONS; i++)
		records[i].work.operations = 0;
	ck_assert_int_eq(row_compute(&row, &group), 0);
	ck_assert_int_eq(row.cpu_ns.n, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("figures");
	TCase *c = tcase_create("figures");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, rates_and_costs_are_medians_over_invocations);
	tcase_add_test(c, fairness_is_the_fastest_over_the_slowest_task);
	tcase_add_test(c, a_percentile_needs_ten_samples_beyond_it);
	tcase_add_test(c, histograms_are_merged_before_percentiles_are_taken);
	tcase_add_test(c, no_percentile_lies_above_the_maximum);
	tcase_add_test(c, corrected_latencies_are_shown_where_there_are_any);
	tcase_add_test(c, what_the_lag_of_all_invocations_hides_is_not_available_and_says_why);
	tcase_add_test(c, a_window_that_the_skew_eats_has_no_rate);
	tcase_add_test(c, rates_of_the_fewer_invocations_are_not_chosen);
	tcase_add_test(c, a_skew_where_all_cpus_were_full_takes_no_rate);
	tcase_add_test(c, invocations_that_are_not_ok_do_not_count_but_are_told);
	tcase_add_test(c, a_row_without_a_good_invocation_has_its_reason);
	tcase_add_test(c, warnings_that_differ_in_figures_only_are_one);
	tcase_add_test(c, warnings_of_memory_stand_in_the_row_that_shows_the_memory);
	tcase_add_test(c, the_mirror_is_the_later_half_of_a_block);
	tcase_add_test(c, operations_are_needed_to_divide_by);
	suite_add_tcase(s, c);
	return s;
}
