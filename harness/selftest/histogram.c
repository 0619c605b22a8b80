/*
 * The histogram against the exact quantiles of the same samples.
 */
#include <math.h>
#include <stdlib.h>

#include "harness/run/random.h"
#include "harness/selftest/selftest.h"

enum { SAMPLES = 100 * 1000 };

static const double quantiles[] = {0.01, 0.5, 0.9, 0.99, 0.999, 1.0};
enum { QUANTILES = sizeof(quantiles) / sizeof(quantiles[0]) };

static int compare(const void *a, const void *b)
{
	uint64_t first = *(const uint64_t *)a;
	uint64_t second = *(const uint64_t *)b;

	return (first > second) - (first < second);
}

/* From 20 ns to 20 s, as many in every octave: latencies have a tail. */
static uint64_t draw(uint64_t *state)
{
	double uniform = (double)(random_next(state) >> 11) * 0x1p-53;

	return (uint64_t)(20.0 * pow(1e9, uniform));
}

/* The error of a quantile, in shares of the exact one: 0 .. 1/128 is what the buckets allow. */
static double worst_error(const struct lane *lane, const uint64_t *sorted, bool *below)
{
	double worst = 0;

	for (int i = 0; i < QUANTILES; i++) {
		int rank = (int)ceil(quantiles[i] * SAMPLES) - 1;
		double exact = (double)sorted[rank];
		double error =
			(double)histogram_quantile_ns(&lane->histogram, quantiles[i]) / exact - 1;

		*below = *below || error < 0;
		worst = fabs(error) > worst ? fabs(error) : worst;
	}
	return worst;
}

void check_histogram(struct line *line, const struct subjects *subjects, int variant)
{
	struct lane *lane = calloc(1, sizeof(*lane));
	uint64_t *exact = malloc(SAMPLES * sizeof(*exact));
	uint64_t state = 1;
	bool below = false;
	double worst = 1;
	uint64_t count = 0;

	(void)variant;
	for (int i = 0; i < SAMPLES && lane != NULL && exact != NULL; i++) {
		exact[i] = draw(&state);
		subjects->record(lane, exact[i]);
	}
	if (lane != NULL && exact != NULL) {
		qsort(exact, SAMPLES, sizeof(*exact), compare);
		worst = worst_error(lane, exact, &below);
		count = histogram_count(&lane->histogram);
	}
	line_expected(line, "%d samples, quantiles of the sorted samples", SAMPLES);
	line_measured(line, "%llu samples, worst quantile %.2f %% off%s", (unsigned long long)count,
		100 * worst, below ? ", too low" : "");
	line_tolerance(line, "no sample lost; 0 .. %.2f %%, never below", 100.0 / 128);
	line_judge(line, count == SAMPLES && worst <= 1.0 / 128 && !below);
	free(exact);
	free(lane);
}
