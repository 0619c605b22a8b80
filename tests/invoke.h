#ifndef CONCBENCH_TESTS_INVOKE_H
#define CONCBENCH_TESTS_INVOKE_H

#include "harness/record.h"
#include "harness/workload.h"

enum { INVOKE_SEED = 7 };

typedef int exec_fn(int argc, char **argv);

/*
 * `concbench exec` in a child of the test, with whatever the test has wrapped: smoke size, two
 * rounds, INVOKE_SEED. extra    "name=value" parameters over the smoke size's, ended by NULL; may
 * be NULL itself record   what it found out; the caller releases it A missing or damaged record
 * fails the test.
 */
void invoke(struct record *record, exec_fn *exec, const struct workload *workload,
	const char *model, const char *const *extra);

/*
 * Whether this kernel lets the model run: -ENOSYS on opening a crew says that it does not.
 */
bool model_runs_here(const struct model *model);

#endif
