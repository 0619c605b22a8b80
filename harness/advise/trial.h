/*
 * A small run on behalf of a search or of advice: some models of one workload at given parameters,
 * and its report.
 */
#ifndef CONCBENCH_HARNESS_ADVISE_TRIAL_H
#define CONCBENCH_HARNESS_ADVISE_TRIAL_H

#include "harness/report/report.h"
#include "harness/run/run.h"

enum { TRIAL_SELECTORS_MAX = 32 };

/* What all trials of a search have in common. */
struct trial_world {
	const struct effort *effort;
	struct placement placement;
	uint64_t seed;
	uint64_t budget_ns; /* 0 = none */
	struct executor *executor;
	struct progress *progress;
	const char *results; /* folder of runs; NULL = nothing is written */
	const char *command; /* for the run's header */
};

struct trial {
	struct run_plan plan;
	struct run_header header;
	struct journal *journal;
	struct report report; /* of the journal's session */
	bool reported;
};

/*
 * Measures.
 *   selectors    "WORKLOAD/MODEL", as concbench run takes them
 *   sweeps       parameters; one of them may take several values
 *   concurrency  NULL = the workload's usual
 *   error        the message for -EINVAL
 *   Returns  0 with the report, -EINVAL (a parameter out of range), -EINTR (stop_signal), -errno.
 *   Owner    trial_free, also after an error.
 */
int trial_run(struct trial *trial, const struct trial_world *world, char *const *selectors,
	int selectors_count, const struct sweep *sweeps, int sweeps_count, const char *concurrency,
	char *error, size_t error_bytes) __attribute__((warn_unused_result));
void trial_free(struct trial *trial);

/* The first time group of a trial, NULL if there is none; and that at a value of a parameter. */
const struct group_rows *trial_group(const struct trial *trial);
const struct group_rows *trial_group_at(const struct trial *trial, const char *name, int64_t value);

/* The row of a model; NULL where it is missing or has no figure. */
const struct row *trial_row(const struct group_rows *group, const char *model);

#endif
