/*
 * The search for capacity: see capacity.h.
 */
#include "harness/find/capacity.h"

#include <math.h>

enum { OFFERS = 2, CLOSE_PARTS = 20 };

/* Offers a rate until it holds, at most OFFERS times, and says so in what was found. */
static int capacity_try(
	const struct capacity_search *search, uint64_t rate_per_s, struct capacity_found *found)
{
	bool load_full = true;
	int rc = 0;

	for (int i = 0; i < OFFERS && rc == 0; i++) {
		struct capacity_step step = {.rate_per_s = rate_per_s, .p99_ns = NAN};
		rc = search->offer(search->arg, rate_per_s, &step);
		if (rc != 0)
			return rc;
		step.holds = step.counts && step.p99_ns <= search->bound_ns;
		load_full = load_full && step.load_full;
		search->told(search->arg, &step);
		if (step.holds) {
			found->rate_per_s = rate_per_s;
			return 0;
		}
	}
	found->beyond = rate_per_s;
	found->load_full = load_full;
	return rc;
}

int capacity_find(struct capacity_found *found, const struct capacity_search *search)
{
	uint64_t rate = search->first_per_s;
	int rc = 0;

	*found = (struct capacity_found){0};
	while (rc == 0 && found->beyond == 0 && rate <= search->most_per_s) {
		rc = capacity_try(search, rate, found);
		rate *= 2;
	}
	/* not even the first one held: downwards */
	while (rc == 0 && found->rate_per_s == 0 && found->beyond > 1 &&
		found->beyond / 2 >= search->least_per_s) {
		rate = found->beyond / 2;
		rc = capacity_try(search, rate, found);
	}
	while (rc == 0 && found->rate_per_s > 0 &&
		found->beyond > found->rate_per_s + found->rate_per_s / CLOSE_PARTS &&
		found->beyond > found->rate_per_s + 1) {
		rate = (found->rate_per_s + found->beyond) / 2;
		rc = capacity_try(search, rate, found);
	}
	return rc;
}
