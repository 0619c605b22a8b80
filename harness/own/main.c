/*
 * The main of a program of one's own benchmarks: its cases take the place of our workloads.
 */
#include "harness/cli/cli.h"
#include "harness/demo/claims.h"
#include "harness/own/own.h"

/* The library has no workloads of its own; concbench_main sets the table. */
const struct workload *const *workloads;

/* Nor the lectures' examples. */
const struct demo demo_examples[] = {{0}};
const struct workload *const demo_workloads[] = {NULL};

int concbench_main(int argc, char **argv, const struct concbench_case *cases)
{
	char error[200];

	workloads = own_workloads(cases, error, sizeof(error));
	if (workloads == NULL)
		return cli_wrong_use("concbench_main", "%s", error);
	return cli_main(argc, argv);
}
