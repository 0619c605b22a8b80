/*
 * HdrHistogram's table, to the letter.
 */
#include "harness/report/hgrm.h"

#include <stdlib.h>
#include <string.h>

#include "tests/suite.h"

static struct histogram histogram, lag;
static uint64_t lag_max_ns;

static char *written(uint64_t max_ns)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	ck_assert_ptr_nonnull(out);
	hgrm_write(out, &(struct distribution){&histogram, max_ns, &lag, lag_max_ns});
	fclose(out);
	return text;
}

START_TEST(an_empty_histogram_has_a_head_and_a_foot)
{
	char *text = written(0);

	ck_assert_str_eq(text, "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
			       "#[Mean    =        0.000, StdDeviation   =        0.000]\n"
			       "#[Max     =        0.000, Total count    =            0]\n"
			       "#[Buckets =           36, SubBuckets     =          128]\n");
	free(text);
}
END_TEST

START_TEST(levels_halve_their_distance_to_the_end)
{
	histogram.counts[histogram_bucket(1000000)] = 50;
	histogram.counts[histogram_bucket(2000000)] = 49;
	histogram.counts[histogram_bucket(8000000)] = 1;
	char *text = written(8000000);
	char *at = strstr(text, "0.500000000000");

	ck_assert_ptr_nonnull(at);
	ck_assert_int_eq(strncmp(at, "0.500000000000         50           2.00\n", 41), 0);
	ck_assert_ptr_nonnull(strstr(text, "0.750000000000         99           4.00\n"));
	ck_assert_ptr_nonnull(strstr(text, "       8.000 1.000000000000        100\n"));
	ck_assert_ptr_nonnull(
		strstr(text, "#[Max     =        8.000, Total count    =          100]"));
	free(text);
}
END_TEST

START_TEST(levels_that_the_lag_hides_are_left_out_and_named)
{
	histogram.counts[histogram_bucket(900000)] = histogram.counts[histogram_bucket(1000000)] =
		1000;
	lag.counts[histogram_bucket(1000)] = 1970;
	lag.counts[histogram_bucket(400000)] = 30;
	lag_max_ns = 400000;
	char *text = written(1000000);

	ck_assert_ptr_nonnull(strstr(text, " 0.500000000000 "));
	ck_assert_ptr_null(strstr(text, " 0.99"));
	ck_assert_ptr_nonnull(
		strstr(text, "#[Left out = p99, max n/a: the load itself left late by"));
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("hgrm");
	TCase *c = tcase_create("hgrm");

	tcase_add_test(c, an_empty_histogram_has_a_head_and_a_foot);
	tcase_add_test(c, levels_halve_their_distance_to_the_end);
	tcase_add_test(c, levels_that_the_lag_hides_are_left_out_and_named);
	suite_add_tcase(s, c);
	return s;
}
