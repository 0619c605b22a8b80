/*
 * Arrivals of an open loop. See schedule.h.
 */
#include "harness/load/schedule.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "harness/load/draw.h"

const char *const schedule_names[] = {"constant", "poisson", "step", "ramp", NULL};

static double gap(uint64_t seed, uint64_t i)
{
	return -log(draw_unit(seed, i));
}

/*
 * When a share of the arrivals has come, as a share of the round: the inverse of the rate's
 * integral. Step: 0.5 t up to the middle, then 0.25 + 1.5 (t - 0.5). Ramp: 0.5 t + 0.5 t^2.
 */
static double time_of(enum schedule_arrivals arrivals, double share)
{
	switch (arrivals) {
	case SCHEDULE_STEP:
		return share < 0.25 ? 2 * share : 0.5 + (share - 0.25) / 1.5;
	case SCHEDULE_RAMP:
		return sqrt(0.25 + 2 * share) - 0.5;
	case SCHEDULE_CONSTANT:
	case SCHEDULE_POISSON:
		break;
	}
	return share;
}

static void draw_poisson(struct schedule *schedule, uint64_t seed)
{
	double sum = 0, total = 0;

	for (uint64_t i = 0; i <= schedule->requests; i++)
		total += gap(seed, i);
	for (uint64_t i = 0; i < schedule->requests; i++) {
		sum += gap(seed, i);
		schedule->offsets_ns[i] = (uint64_t)(sum / total * (double)schedule->span_ns);
	}
}

int schedule_open(struct schedule *schedule, enum schedule_arrivals arrivals, uint64_t rate_per_s,
	uint64_t requests, uint64_t seed)
{
	*schedule = (struct schedule){.requests = requests,
		.span_ns = (uint64_t)((double)requests * 1e9 / (double)rate_per_s),
		.offsets_ns = calloc(requests, sizeof(uint64_t))};
	if (schedule->offsets_ns == NULL)
		return -ENOMEM;
	if (arrivals == SCHEDULE_POISSON) {
		draw_poisson(schedule, seed);
		return 0;
	}
	for (uint64_t i = 0; i < requests; i++) {
		double share = (double)i / (double)requests;
		schedule->offsets_ns[i] =
			(uint64_t)(time_of(arrivals, share) * (double)schedule->span_ns);
	}
	return 0;
}

int schedule_open_stretches(
	struct schedule *schedule, const struct schedule_stretch *stretches, int count)
{
	uint64_t begin_ns = 0, next = 0;

	*schedule = (struct schedule){0};
	for (int i = 0; i < count; i++)
		schedule->requests += stretches[i].requests;
	schedule->offsets_ns = calloc(schedule->requests + 1, sizeof(uint64_t));
	if (schedule->offsets_ns == NULL)
		return -ENOMEM;
	for (int i = 0; i < count; i++) {
		const struct schedule_stretch *stretch = &stretches[i];
		for (uint64_t j = 0; j < stretch->requests; j++) {
			double share = (double)j / (double)stretch->requests;
			schedule->offsets_ns[next++] =
				begin_ns + (uint64_t)(share * (double)stretch->span_ns);
		}
		begin_ns += stretch->span_ns;
	}
	schedule->span_ns = begin_ns;
	return 0;
}

void schedule_close(struct schedule *schedule)
{
	free(schedule->offsets_ns);
	schedule->offsets_ns = NULL;
}
