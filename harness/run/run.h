/*
 * Carries out a plan: every invocation through an executor, every record into the journal at once.
 */
#ifndef CONCBENCH_HARNESS_RUN_RUN_H
#define CONCBENCH_HARNESS_RUN_RUN_H

#include "harness/run/executor.h"
#include "harness/run/journal.h"
#include "harness/run/plan.h"
#include "harness/run/progress.h"

struct run {
	/* set by the caller */
	struct run_plan *plan;
	const struct effort *effort;
	uint64_t budget_ns; /* 0 = none */
	struct executor *executor;
	struct journal *journal; /* open */
	struct progress *progress;
	/* what happened */
	int done;     /* steps made or known to be needless */
	int repeated; /* invocations made again because the machine was taken away */
	int left_out; /* steps the budget had no room for */
	int added;    /* steps beyond the plan, for figures of memory that were wide */
	/* the run's own */
	struct run_cell *cells; /* [plan->cells_count] */
	uint64_t start_ns, window_ns;
	uint64_t random;
	uint64_t spent_ns[KINDS]; /* on invocations, beyond their windows */
	int made[KINDS];
};

/*
 * Measures until the plan is done, the budget is used up, a signal asks to stop or a record cannot
 * be written. Returns  0 (also when the budget ran out: see left_out), -EINTR (see stop_signal),
 * -errno of the journal. Whatever was measured is in the journal's session in any case.
 */
int run_execute(struct run *run) __attribute__((warn_unused_result));

/* Wall time and memory of a plan, guessed from sizes; what --dry-run prints. */
struct run_estimate {
	uint64_t duration_ns;
	uint64_t memory_bytes;      /* of the largest invocation */
	const struct cell *largest; /* that one */
	int invocations;
	int more; /* at most, of kind memory: where a figure's interval stays wide */
	uint64_t more_ns;
};
struct run_estimate run_estimate(
	const struct run_plan *plan, const struct effort *effort, uint64_t budget_ns);

#endif
