/*
 * What recording costs: see overhead.h.
 */
#include "harness/measure/overhead.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "harness/measure/slot.h"

enum { PAIRS = 600, SAMPLES = 2000 };

/* The median's 95 % interval by order statistics: ranks n/2 -+ 1.96 sqrt(n)/2. */
static const double half_ranks = 0.98;

struct pairs {
	struct slot slot;
	struct lane lane;
	struct chunks chunks;
	double ratios[PAIRS], samples_ns[PAIRS];
};

static double bare_ns(void)
{
	uint64_t start_ns = clock_now_ns();
	struct timespec now;

	for (int i = 0; i < SAMPLES; i++) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		clock_gettime(CLOCK_MONOTONIC, &now);
	}
	return (double)(clock_now_ns() - start_ns) / SAMPLES;
}

static double sample_ns(struct slot *slot)
{
	uint64_t start_ns = clock_now_ns();

	for (int i = 0; i < SAMPLES; i++)
		slot_end(slot, slot_begin(slot), 64, 1);
	return (double)(clock_now_ns() - start_ns) / SAMPLES;
}

static int compare(const void *a, const void *b)
{
	double first = *(const double *)a;
	double second = *(const double *)b;

	return (first > second) - (first < second);
}

static void measure_pair(struct pairs *pairs, int i)
{
	double bare = 0;

	pairs->chunks.count = 0;
	if (i % 2 == 0)
		bare = bare_ns();
	pairs->samples_ns[i] = sample_ns(&pairs->slot);
	if (i % 2 != 0)
		bare = bare_ns();
	pairs->ratios[i] = pairs->samples_ns[i] / bare;
}

int overhead_measure(struct overhead *overhead)
{
	struct pairs *pairs = aligned_alloc(128, (sizeof(*pairs) + 127) / 128 * 128);
	int half = (int)ceil(half_ranks * sqrt(PAIRS));

	if (pairs == NULL)
		return -ENOMEM;
	*pairs = (struct pairs){.chunks = {.operations = 1000}};
	pairs->slot.lane = &pairs->lane;
	pairs->slot.chunks = &pairs->chunks;
	for (int i = 0; i < PAIRS; i++)
		measure_pair(pairs, i);
	qsort(pairs->ratios, PAIRS, sizeof(double), compare);
	qsort(pairs->samples_ns, PAIRS, sizeof(double), compare);
	*overhead = (struct overhead){
		.ratio = pairs->ratios[PAIRS / 2],
		.low = pairs->ratios[PAIRS / 2 - half],
		.high = pairs->ratios[PAIRS / 2 + half],
		.sample_ns = pairs->samples_ns[PAIRS / 2],
		.pairs = PAIRS,
	};
	free(pairs);
	return 0;
}
