/*
 * The table of what only `concbench demo` measures.
 */
#include "bench/demo/demo.h"
#include "harness/demo/claims.h"

const struct workload *const demo_workloads[] = {
	&delegation_workload,
	&lines_workload,
	&flood_workload,
	&follow_workload,
	NULL,
};
