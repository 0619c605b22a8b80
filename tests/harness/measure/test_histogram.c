#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "harness/measure/histogram.h"
#include "tests/suite.h"

static struct histogram first, second;
static struct lane lane;

START_TEST(every_value_lies_in_its_bucket_within_one_percent)
{
	for (uint64_t ns = 0; ns < 1ull << 43; ns = ns < 1000 ? ns + 1 : ns + ns / 97 + 1) {
		unsigned bucket = histogram_bucket(ns);
		uint64_t upper_ns = histogram_upper_ns(bucket);

		ck_assert_uint_lt(bucket, HISTOGRAM_BUCKETS);
		ck_assert_uint_ge(upper_ns, ns);
		ck_assert_uint_le(upper_ns - ns, ns / 100);
		if (bucket > 0)
			ck_assert_uint_lt(histogram_upper_ns(bucket - 1), ns);
	}
}
END_TEST

START_TEST(what_is_too_long_is_counted_in_the_last_bucket)
{
	ck_assert_uint_eq(histogram_bucket(1ull << 43), HISTOGRAM_BUCKETS - 1);
	ck_assert_uint_eq(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
}
END_TEST

START_TEST(quantiles_are_nearest_ranks)
{
	for (uint64_t ns = 1; ns <= 100; ns++)
		first.counts[histogram_bucket(ns)]++;
	ck_assert_uint_eq(histogram_quantile_ns(&first, 0.0), 1);
	ck_assert_uint_eq(histogram_quantile_ns(&first, 0.01), 1);
	ck_assert_uint_eq(histogram_quantile_ns(&first, 0.011), 2);
	ck_assert_uint_eq(histogram_quantile_ns(&first, 0.5), 50);
	ck_assert_uint_eq(histogram_quantile_ns(&first, 0.99), 99);
	ck_assert_uint_eq(histogram_quantile_ns(&first, 1.0), 100);
	ck_assert_uint_eq(histogram_quantile_ns(&second, 0.5), 0);
}
END_TEST

START_TEST(merging_adds_every_count)
{
	first.counts[3] = 7;
	second.counts[3] = 5;
	second.counts[HISTOGRAM_BUCKETS - 1] = 1;
	histogram_merge(&first, &second);
	ck_assert_uint_eq(first.counts[3], 12);
	ck_assert_uint_eq(first.counts[HISTOGRAM_BUCKETS - 1], 1);
	ck_assert_uint_eq(histogram_count(&first), 13);
}
END_TEST

START_TEST(what_was_packed_is_unpacked_to_the_same)
{
	srand(_i);
	for (int i = 0; i < _i * 20; i++)
		first.counts[rand() % HISTOGRAM_BUCKETS] = (uint64_t)rand() + 1;
	if (_i > 0)
		first.counts[0] = first.counts[HISTOGRAM_BUCKETS - 1] = UINT32_MAX;
	char *packed = histogram_pack(&first);
	ck_assert_int_eq(histogram_unpack(&second, packed), 0);
	ck_assert_mem_eq(&first, &second, sizeof(first));
	free(packed);
}
END_TEST

START_TEST(a_damaged_string_is_refused)
{
	static const char *const damaged[] = {"1", "1:", ":1", "1:2,", ",1:2", "1:2,0:3", "1:0",
		"01:2", "1:02", "1:2 ", "1;2", "-1:2", "4736:1", "4735:1,1:1",
		"1:18446744073709551616", "1:18446744073709551615,1:1", "1:2,,3:4", "a:b", "1:2:3"};

	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++)
		ck_assert_msg(histogram_unpack(&second, damaged[i]) == -EINVAL, "%s", damaged[i]);
	ck_assert_int_eq(histogram_unpack(&second, ""), 0);
	ck_assert_int_eq(histogram_unpack(&second, "0:1,4735:18446744073709551614"), 0);
}
END_TEST

enum { WRITERS = 4, SAMPLES = 20000 };

static void *record_many(void *arg)
{
	uint64_t seed = (uint64_t)(uintptr_t)arg;

	for (uint64_t i = 0; i < SAMPLES; i++)
		lane_record(&lane, i * WRITERS + seed);
	return NULL;
}

START_TEST(writers_at_once_lose_no_sample_and_no_maximum)
{
	pthread_t threads[WRITERS];

	for (int i = 0; i < WRITERS; i++)
		ck_assert_int_eq(
			pthread_create(&threads[i], NULL, record_many, (void *)(uintptr_t)i), 0);
	for (int i = 0; i < WRITERS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_uint_eq(histogram_count(&lane.histogram), WRITERS * SAMPLES);
	ck_assert_uint_eq(lane.max_ns, WRITERS * SAMPLES - 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("histogram");
	TCase *tcase = tcase_create("histogram");

	tcase_add_test(tcase, every_value_lies_in_its_bucket_within_one_percent);
	tcase_add_test(tcase, what_is_too_long_is_counted_in_the_last_bucket);
	tcase_add_test(tcase, quantiles_are_nearest_ranks);
	tcase_add_test(tcase, merging_adds_every_count);
	tcase_add_loop_test(tcase, what_was_packed_is_unpacked_to_the_same, 0, 5);
	tcase_add_test(tcase, a_damaged_string_is_refused);
	tcase_add_test(tcase, writers_at_once_lose_no_sample_and_no_maximum);
	suite_add_tcase(s, tcase);
	return s;
}
