#include <math.h>
#include <string.h>

#include "harness/compare/sample.h"
#include "tests/suite.h"

static uint64_t chunks[200];
static struct record record;
static struct sample sample;

/* n chunks of `operations` each at 1000 ns per operation. */
static void fill(int n, int64_t operations)
{
	memset(&record, 0, sizeof(record));
	record.chunks_ns = chunks;
	record.chunks = n;
	record.chunk_operations = operations;
	record.work.operations = 1000;
	record.window.ns = 2000000;
	record.window.cpu_ns = 500000;
	record.window.voluntary = 300;
	record.window.involuntary = 200;
	for (int i = 0; i < n; i++)
		chunks[i] = 1000 * (uint64_t)operations;
}

START_TEST(wall_is_the_median_chunk_and_cpu_the_total_per_operation)
{
	fill(50, 8);
	chunks[0] = chunks[1] = chunks[2] = 1; /* the first tenth does not count */
	chunks[20] = 1000000;
	sample_from_record(&sample, &record, true);
	ck_assert_double_eq(sample.values[METRIC_WALL], 1000);
	ck_assert_double_eq(sample.window_wall, 2000);
	ck_assert_double_eq(sample.values[METRIC_CPU], 500);
	ck_assert_double_eq(sample.values[METRIC_SWITCHES], 0.5);
}
END_TEST

START_TEST(how_many_operations_a_chunk_has_does_not_matter)
{
	fill(160, 2);
	sample_from_record(&sample, &record, true);
	ck_assert_double_eq(sample.values[METRIC_WALL], 1000);
	fill(45, 100);
	sample_from_record(&sample, &record, true);
	ck_assert_double_eq(sample.values[METRIC_WALL], 1000);
}
END_TEST

START_TEST(a_pause_that_the_median_hides_shows_in_the_stall_share)
{
	fill(44, 10);
	sample_from_record(&sample, &record, true);
	ck_assert_double_eq(sample.values[METRIC_STALL], 0);
	chunks[30] += 10000; /* of 40 counted chunks one takes twice its time */
	sample_from_record(&sample, &record, true);
	ck_assert_double_eq(sample.values[METRIC_WALL], 1000);
	ck_assert_double_eq_tol(sample.values[METRIC_STALL], 1.0 / 41, 1e-9);
}
END_TEST

START_TEST(too_few_chunks_leave_the_window)
{
	fill(5, 8);
	sample_from_record(&sample, &record, true);
	ck_assert(isnan(sample.values[METRIC_WALL]) && isnan(sample.values[METRIC_STALL]));
	ck_assert_double_eq(sample.window_wall, 2000);
	fill(50, 0);
	sample_from_record(&sample, &record, true);
	ck_assert(isnan(sample.values[METRIC_WALL]));
}
END_TEST

START_TEST(a_scheduled_wall_time_and_a_failure_have_no_figures)
{
	fill(50, 8);
	sample_from_record(&sample, &record, false);
	ck_assert(isnan(sample.values[METRIC_WALL]) && isnan(sample.window_wall));
	ck_assert_double_eq(sample.values[METRIC_CPU], 500);
	record.status = STATUS_FAILED;
	strcpy(record.reason, "exit status 1");
	sample_from_record(&sample, &record, true);
	ck_assert(isnan(sample.values[METRIC_CPU]));
	ck_assert_str_eq(sample.reason, "exit status 1");
}
END_TEST

START_TEST(other_work_is_told_by_name)
{
	struct sample other;

	fill(50, 8);
	sample_from_record(&sample, &record, true);
	sample_from_record(&other, &record, true);
	ck_assert_ptr_null(sample_difference(&sample, &other));
	other.work.checksum++;
	ck_assert_str_eq(sample_difference(&sample, &other), "checksum");
	other.work.operations++;
	ck_assert_str_eq(sample_difference(&sample, &other), "operations");
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("compare/sample");
	TCase *figures = tcase_create("figures");

	tcase_add_test(figures, wall_is_the_median_chunk_and_cpu_the_total_per_operation);
	tcase_add_test(figures, how_many_operations_a_chunk_has_does_not_matter);
	tcase_add_test(figures, a_pause_that_the_median_hides_shows_in_the_stall_share);
	tcase_add_test(figures, too_few_chunks_leave_the_window);
	tcase_add_test(figures, a_scheduled_wall_time_and_a_failure_have_no_figures);
	tcase_add_test(figures, other_work_is_told_by_name);
	suite_add_tcase(suite, figures);
	return suite;
}
