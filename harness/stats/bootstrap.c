#include "harness/stats/bootstrap.h"

#include <math.h>
#include <stdlib.h>

#include "harness/run/random.h"
#include "harness/stats/order.h"
#include "harness/stats/power.h"

/* Medians of all resamples, sorted. */
static void resample(
	const double *values, int n, const int *picks, int resamples, double *medians, double *room)
{
	for (int r = 0; r < resamples; r++) {
		for (int i = 0; i < n; i++)
			room[i] = values[picks[r * n + i]];
		order_sort(room, n);
		medians[r] = order_median(room, n);
	}
	order_sort(medians, resamples);
}

/* Efron's acceleration: the skewness of the medians with one value left out. */
static double acceleration(const double *values, int n, double *room, double *left_out)
{
	double mean = 0, squares = 0, cubes = 0;

	for (int i = 0; i < n; i++) {
		for (int j = 0, at = 0; j < n; j++)
			if (j != i)
				room[at++] = values[j];
		order_sort(room, n - 1);
		left_out[i] = order_median(room, n - 1);
		mean += left_out[i] / n;
	}
	for (int i = 0; i < n; i++) {
		double far = mean - left_out[i];
		squares += far * far;
		cubes += far * far * far;
	}
	return squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
}

/* R's quantile type 6: between the order statistics around share * (n + 1). */
static double quantile(const double *sorted, int n, double share)
{
	double at = share * (n + 1);
	int below = (int)floor(at);

	if (below < 1)
		return sorted[0];
	if (below >= n)
		return sorted[n - 1];
	return sorted[below - 1] + (at - below) * (sorted[below] - sorted[below - 1]);
}

static double adjusted(double z, double bias, double skew)
{
	return normal_below(bias + (bias + z) / (1 - skew * (bias + z)));
}

struct interval bootstrap_from(
	const double *values, int n, const int *picks, int resamples, double confidence)
{
	struct interval interval = {
		.middle = order_median_of(values, n), .low = NAN, .high = NAN, .n = n};
	double *medians = calloc((size_t)resamples + 1, sizeof(*medians));
	double *room = calloc(2 * (size_t)(n > 0 ? n : 1), sizeof(*room));
	double below = 0;

	if (medians != NULL && room != NULL && n >= 2 && resamples > 0) {
		resample(values, n, picks, resamples, medians, room);
		/* half of those that hit it: medians of few values are often the very same */
		for (int r = 0; r < resamples; r++)
			below += medians[r] < interval.middle    ? 1
				 : medians[r] == interval.middle ? 0.5
								 : 0;
		double z = normal_quantile((1 + confidence) / 2);
		double bias = normal_quantile(below / resamples);
		double skew = acceleration(values, n, room, room + n);
		if (below > 0 && below < resamples) {
			interval.low = quantile(medians, resamples, adjusted(-z, bias, skew));
			interval.high = quantile(medians, resamples, adjusted(z, bias, skew));
			interval.coverage = confidence;
		}
	}
	free(medians);
	free(room);
	return interval;
}

struct interval bootstrap_median(
	const double *values, int n, int resamples, uint64_t seed, double confidence)
{
	struct interval none = {.middle = NAN, .low = NAN, .high = NAN};
	int *picks = n > 0 ? calloc((size_t)n * (size_t)resamples + 1, sizeof(*picks)) : NULL;

	if (picks == NULL)
		return none;
	for (int i = 0; i < n * resamples; i++)
		picks[i] = (int)random_below(&seed, (uint64_t)n);
	struct interval interval = bootstrap_from(values, n, picks, resamples, confidence);
	free(picks);
	return interval;
}
