/*
 * What is measured for advice: exactly the request, as a server that waits and computes, on every
 * model that a service could be built on.
 */
#ifndef CONCBENCH_HARNESS_ADVISE_ADVICE_H
#define CONCBENCH_HARNESS_ADVISE_ADVICE_H

#include "harness/advise/request.h"
#include "harness/advise/trial.h"

/* Three blocks are six invocations of each model: the fewest with a 95 % interval. */
enum { ADVICE_MODELS = 7, ADVICE_BLOCKS = 3, ADVICE_MEMORY_BLOCKS = 2 };

extern const char advice_workload[];

/*
 * Measures.
 *   world    its effort is not used
 *   request  what one replica is asked for
 *   times    so many times the usual blocks, but not of memory, which is measured the second time
 *            only where there is a bound for it
 *   Returns, Owner  as trial_run.
 */
int advice_measure(struct trial *trial, const struct trial_world *world,
	const struct request *request, int times, char *error, size_t error_bytes)
	__attribute__((warn_unused_result));

/* The effort of one value along an axis. */
struct effort advice_axis_effort(const struct request *request);

#endif
