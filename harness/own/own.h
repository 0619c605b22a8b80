/*
 * Cases of concbench.h as rows of the table of workloads.
 */
#ifndef CONCBENCH_HARNESS_OWN_OWN_H
#define CONCBENCH_HARNESS_OWN_OWN_H

#include "harness/concbench.h"
#include "harness/workload.h"

/*
 * Makes the table of workloads from cases, and one of "nothing" at its end.
 *   cases    as of concbench_main
 *   error    which case is wrong, and why
 *   Returns  the table, ended by NULL; NULL with the error set.
 *   Owner    static: one table per program.   Threads: before any other.
 */
const struct workload *const *own_workloads(
	const struct concbench_case *cases, char *error, size_t error_bytes);

#endif
