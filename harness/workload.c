/*
 * What every workload shares: the words of its kinds and results, its common parameters, and how it
 * is found by name.
 */
#include "harness/workload.h"

#include <string.h>

const char *const kind_names[] = {"time", "memory", "counts", NULL};
const char *const status_names[] = {
	"ok", "INVALID", "DISTURBED", "limit", "impossible", "failed", NULL};

static const char *const on_off[] = {"off", "on", NULL};

/* In the order of enum common_param. */
const struct param common_params[] = {
	[COMMON_POOL] = {"pool", "workers of a pool model (0: the workload's default)", PARAM_COUNT,
		0, 4096, 0, 0, NULL},
	[COMMON_STACK] = {"stack", "stack per task (0: the family's default)", PARAM_BYTES, 0,
		1 << 30, 0, 0, NULL},
	[COMMON_SLACK] = {"slack", "timer slack of every task", PARAM_DURATION, 1, 1000000000, 1, 1,
		NULL},
	[COMMON_THP] = {"thp", "transparent huge pages", PARAM_CHOICE, 0, 1, 0, 0, on_off},
	[COMMON_SPIN] = {"spin", "spin of threads and processes before a sleep; never on one CPU",
		PARAM_DURATION, 0, 1000000000, SPIN_DEFAULT_NS, SPIN_DEFAULT_NS, NULL},
	[COMMON_PARAMS] = {NULL, NULL, PARAM_COUNT, 0, 0, 0, 0, NULL},
};

const struct workload *workload_find(const char *name)
{
	for (const struct workload *const *row = workloads; *row != NULL; row++)
		if (strcmp((*row)->name, name) == 0)
			return *row;
	return NULL;
}
