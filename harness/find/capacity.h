/*
 * The highest rate at which a server's latency holds: rates are offered, doubled until one does not
 * hold, then halved in between.
 */
#ifndef CONCBENCH_HARNESS_FIND_CAPACITY_H
#define CONCBENCH_HARNESS_FIND_CAPACITY_H

#include <stdbool.h>
#include <stdint.h>

enum { CAPACITY_TEXT = 300 };

/* One rate that was offered. */
struct capacity_step {
	uint64_t rate_per_s;
	double p99_ns;            /* corrected; not a number where there is none */
	bool counts;              /* false: INVALID, the generator or the server did not follow */
	bool load_full;           /* it does not count because the load itself was saturated */
	bool holds;               /* counts, and p99 is within the bound */
	char text[CAPACITY_TEXT]; /* why it does not count, or what is to be said of its p99 */
};

/* Offers a rate. Returns  0, or -errno which ends the search (-ECANCELED: told to stop). */
typedef int capacity_offer_fn(void *arg, uint64_t rate_per_s, struct capacity_step *step);
/* Told of every step as it is made. */
typedef void capacity_told_fn(void *arg, const struct capacity_step *step);

struct capacity_search {
	capacity_offer_fn *offer;
	capacity_told_fn *told;
	void *arg;
	uint64_t first_per_s; /* where it begins */
	uint64_t most_per_s;  /* where it ends */
	double bound_ns;      /* of p99 */
	uint64_t least_per_s; /* nothing below it is offered; 0: down to 1 */
};

struct capacity_found {
	uint64_t rate_per_s; /* the highest that held; 0: none did */
	uint64_t beyond;     /* the lowest that did not; 0: none, all held */
	bool load_full;      /* beyond it was the load that could not, each time: nobody knows what
				the server can */
};

/*
 * Searches to within 5 %. A rate that does not hold is offered once more before it is believed:
 * one disturbance is not the capacity.
 *   Returns  0 or what an offer returned.
 */
int capacity_find(struct capacity_found *found, const struct capacity_search *search)
	__attribute__((warn_unused_result));

#endif
