/*
 * A server that is stopped during the window, once or periodically: every process of it, from
 * outside, so that no model can be cleverer than another.
 */
#ifndef CONCBENCH_HARNESS_SELFTEST_STALL_H
#define CONCBENCH_HARNESS_SELFTEST_STALL_H

#include "harness/measure/supervisor.h"

struct stall {
	struct plan plan;         /* to be invoked, any number of times */
	struct workload workload; /* the plan's; what it points to is the workload's own */
};

/*
 * Plans the workload echo with `stops` stops of stop_ms each, one in every period_ms; the first a
 * tenth of a period after the window has opened. The window is as long as all periods.
 *   params   as draft_plan has them
 *   stops    1 or more
 *   Returns  0, -EINVAL when it cannot be planned in this build, -ENOMEM.
 *   Owner    stall_release, also after an error.
 *   Threads  one at a time: a second plan replaces the first.
 */
int stall_plan(struct stall *stall, const char *model, const char *const *params, int stops,
	int stop_ms, int period_ms) __attribute__((warn_unused_result));
void stall_release(struct stall *stall);

/* How long the server of the last invocation was stopped in all; 0: it was not. */
uint64_t stall_took_ns(void);

/* How often. */
int stall_count(void);

#endif
