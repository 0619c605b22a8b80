/*
 * When an open loop intends to send: all of a round's arrivals, drawn before the clock runs. Every
 * round has the same ones, so that the work of a round is the same.
 */
#ifndef CONCBENCH_HARNESS_LOAD_SCHEDULE_H
#define CONCBENCH_HARNESS_LOAD_SCHEDULE_H

#include <stdint.h>

/*
 * Step: a round's first half at half the rate, its second at one and a half. Ramp: evenly from half
 * the rate to one and a half. So rounds follow each other as the teeth of a saw, and the mean is
 * the rate in all of them.
 */
enum schedule_arrivals { SCHEDULE_CONSTANT, SCHEDULE_POISSON, SCHEDULE_STEP, SCHEDULE_RAMP };

/* Names in order, ended by NULL: the choices of a parameter. */
extern const char *const schedule_names[];

struct schedule {
	uint64_t requests;    /* of a round */
	uint64_t span_ns;     /* of a round: requests / rate */
	uint64_t *offsets_ns; /* [requests], ascending, below span_ns */
};

/*
 * Lays out a round's arrivals: at equal distances, as a Poisson process that has exactly so many in
 * the span (uniform order statistics, by sums of exponential gaps), or as a step or ramp, of which
 * the seed changes nothing.
 *   rate_per_s  >= 1
 *   Returns     0 or -ENOMEM.   Owner: schedule_close frees it.
 */
int schedule_open(struct schedule *schedule, enum schedule_arrivals arrivals, uint64_t rate_per_s,
	uint64_t requests, uint64_t seed) __attribute__((warn_unused_result));
void schedule_close(struct schedule *schedule);

/* So many requests at equal distances in a stretch of time. */
struct schedule_stretch {
	uint64_t requests, span_ns;
};

/* Lays out one stretch after the other as a round. Returns and owner as schedule_open. */
int schedule_open_stretches(struct schedule *schedule, const struct schedule_stretch *stretches,
	int count) __attribute__((warn_unused_result));

/* When request i of an endless run of rounds is intended, ns after the first round's start. */
static inline uint64_t schedule_at(const struct schedule *schedule, uint64_t i)
{
	return i / schedule->requests * schedule->span_ns +
	       schedule->offsets_ns[i % schedule->requests];
}

#endif
