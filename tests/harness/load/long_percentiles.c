/*
 * Percentiles of ten million samples are the exact ones of the raw samples to within a bucket.
 */
#include <stdlib.h>

#include "harness/load/draw.h"
#include "harness/measure/histogram.h"
#include "tests/suite.h"

enum { SAMPLES = 10000000 };

static int by_size(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

START_TEST(percentiles_are_exact_to_within_a_bucket)
{
	static const double shares[] = {0.01, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 1.0};
	uint64_t *samples = malloc(SAMPLES * sizeof(*samples));
	struct lane *lane = calloc(1, sizeof(*lane));

	ck_assert_ptr_nonnull(samples);
	ck_assert_ptr_nonnull(lane);
	for (uint64_t i = 0; i < SAMPLES; i++) {
		samples[i] = draw_duration((enum draw_distribution)_i, 200000, 5, i);
		lane_record(lane, samples[i]);
	}
	qsort(samples, SAMPLES, sizeof(*samples), by_size);
	ck_assert_uint_eq(histogram_count(&lane->histogram), SAMPLES);
	ck_assert_uint_eq(lane->max_ns, samples[SAMPLES - 1]);
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		double rank = shares[i] * SAMPLES;
		uint64_t exact = samples[(uint64_t)rank - ((double)(uint64_t)rank >= rank)];
		uint64_t told = histogram_quantile_ns(&lane->histogram, shares[i]);
		ck_assert_msg(histogram_bucket(told) == histogram_bucket(exact),
			"q %g: %llu told, %llu exact", shares[i], (unsigned long long)told,
			(unsigned long long)exact);
	}
	free(samples);
	free(lane);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("percentiles, long");
	TCase *c = tcase_create("percentiles");

	tcase_add_loop_test(c, percentiles_are_exact_to_within_a_bucket, 0, DRAW_BIMODAL + 1);
	tcase_set_timeout(c, 120);
	suite_add_tcase(s, c);
	return s;
}
