/*
 * Durations of known distributions. See draw.h.
 */
#include "harness/load/draw.h"

#include <math.h>
#include <stddef.h>

enum { LIMIT_MEANS = 100 };

const char *const draw_distributions[] = {"fixed", "exponential", "lognormal", "bimodal", NULL};

/* A standard normal value.  Source: Box & Muller 1958. */
static double draw_normal(uint64_t seed, uint64_t id)
{
	double radius = sqrt(-2.0 * log(draw_unit(seed, id)));

	return radius * cos(2.0 * M_PI * draw_unit(~seed, id));
}

static double draw_factor(enum draw_distribution distribution, uint64_t seed, uint64_t id)
{
	switch (distribution) {
	case DRAW_EXPONENTIAL:
		return -log(draw_unit(seed, id));
	case DRAW_LOGNORMAL:
		return exp(draw_normal(seed, id) - 0.5); /* exp(mu + sigma^2 / 2) = 1 */
	case DRAW_BIMODAL:
		return draw_unit(seed, id) < 0.9 ? 0.5 : 5.5;
	case DRAW_FIXED:
		break;
	}
	return 1.0;
}

uint64_t draw_duration(
	enum draw_distribution distribution, uint64_t mean_ns, uint64_t seed, uint64_t id)
{
	if (distribution == DRAW_FIXED)
		return mean_ns;
	return (uint64_t)((double)mean_ns * fmin(draw_factor(distribution, seed, id), LIMIT_MEANS));
}
