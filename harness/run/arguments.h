/*
 * A cell in the words of the invocation interface: arguments and environment of exec, and the
 * parameters as a record carries them.
 */
#ifndef CONCBENCH_HARNESS_RUN_ARGUMENTS_H
#define CONCBENCH_HARNESS_RUN_ARGUMENTS_H

#include "harness/run/executor.h"

struct arguments {
	char **argv, **envp; /* ended by NULL */
	char *padding;       /* the environment entry of its own */
};

/*
 * Arguments of one invocation. Every parameter of the workload is given, so that the child's
 * defaults do not matter.
 *   Returns  0 or -ENOMEM.   Owner: arguments_free, also after an error.
 */
int arguments_make(struct arguments *arguments, const struct invocation_request *request,
	int record_fd) __attribute__((warn_unused_result));
void arguments_free(struct arguments *arguments);

/* The cell's parameters, the workload's then the common ones; at most PARAMS_MAX + COMMON_PARAMS.
 */
void cell_params(const struct cell *cell, struct record_param *params, int *count);

/* The cell's CPU lists as a record carries them, RECORD_CPUS_MAX bytes each. */
void cell_cpus(const struct cell *cell, char *sut, char *load);

#endif
