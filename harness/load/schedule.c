/*
 * Arrivals of an open loop. See schedule.h.
 */
#include "harness/load/schedule.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "harness/load/draw.h"

const char *const schedule_names[] = {"constant", "poisson", NULL};

static double gap(uint64_t seed, uint64_t i)
{
	return -log(draw_unit(seed, i));
}

int schedule_open(struct schedule *schedule, enum schedule_arrivals arrivals, uint64_t rate_per_s,
	uint64_t requests, uint64_t seed)
{
	double sum = 0, total = 0;

	*schedule = (struct schedule){.requests = requests,
		.span_ns = (uint64_t)((double)requests * 1e9 / (double)rate_per_s),
		.offsets_ns = calloc(requests, sizeof(uint64_t))};
	if (schedule->offsets_ns == NULL)
		return -ENOMEM;
	double span_ns = (double)schedule->span_ns;
	for (uint64_t i = 0; i <= requests; i++)
		total += gap(seed, i);
	for (uint64_t i = 0; i < requests; i++) {
		sum += gap(seed, i);
		double share =
			arrivals == SCHEDULE_POISSON ? sum / total : (double)i / (double)requests;
		schedule->offsets_ns[i] = (uint64_t)(share * span_ns);
	}
	return 0;
}

void schedule_close(struct schedule *schedule)
{
	free(schedule->offsets_ns);
	schedule->offsets_ns = NULL;
}
