/*
 * Lies of arithmetic: the samples are right, what is made of them is not.
 */
#include <errno.h>
#include <stdlib.h>

#include "harness/demo/lies.h"
#include "harness/measure/histogram.h"
#include "harness/run/random.h"

enum { INTERVALS = 10, BAD = 5, US = 1000 };

/* 100 .. 200 us usually, 10 .. 11 ms in the bad interval. */
static uint64_t draw_ns(uint64_t *state, int interval)
{
	uint64_t least_ns = interval == BAD ? 10 * 1000 * US : 100 * US;

	return least_ns + random_below(state, interval == BAD ? 1000 * US : 100 * US);
}

int lie_mean_of_percentiles(struct demo_result *result, const struct demo_setting *setting)
{
	int requests = setting->smoke ? 1000 : 10000;
	struct histogram *one = calloc(2, sizeof(*one));
	struct histogram *all = one + 1;
	uint64_t state = 1;
	double sum_ns = 0;

	if (one == NULL)
		return -ENOMEM;
	for (int interval = 0; interval < INTERVALS; interval++) {
		*one = (struct histogram){0};
		for (int i = 0; i < requests; i++)
			one->counts[histogram_bucket(draw_ns(&state, interval))]++;
		sum_ns += (double)histogram_quantile_ns(one, 0.99);
		histogram_merge(all, one);
	}
	double mean_ns = sum_ns / INTERVALS;
	double right_ns = (double)histogram_quantile_ns(all, 0.99);
	free(one);
	demo_add(result, DEMO_WRONG, mean_ns, UNIT_DURATION,
		"mean of the p99 of %d intervals of %d requests each", INTERVALS, requests);
	demo_add(result, DEMO_RIGHT, right_ns, UNIT_DURATION,
		"p99 of all requests; in one interval of the %d the server was slow (drawn with a "
		"fixed seed, nothing is timed)",
		INTERVALS);
	demo_expect(result, "wrong / right", mean_ns / right_ns, 0.10, 0.13,
		"(9 x 0.2 ms + 1 x 11 ms) / 10 over 10.9 ms, the slowest tenth of the bad "
		"interval");
	return 0;
}
