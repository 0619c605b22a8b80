/*
 * Plans of invocations that the harness makes for itself: the self-test, searches.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_DRAFT_H
#define CONCBENCH_HARNESS_MEASURE_DRAFT_H

#include "harness/measure/supervisor.h"

/*
 * A plan of an invocation: parameters at their smoke size, CPUs as exec shares them out.
 *   params   "touch=64KiB", …, ended by NULL
 *   Returns  0, or -EINVAL for a name or value that does not exist.
 */
int draft_plan(struct plan *plan, const struct workload *workload, const char *model,
	enum kind kind, const char *const *params) __attribute__((warn_unused_result));

#endif
