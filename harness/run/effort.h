/*
 * How much is measured: four levels from "does it run" to 30 invocations of everything.
 */
#ifndef CONCBENCH_HARNESS_RUN_EFFORT_H
#define CONCBENCH_HARNESS_RUN_EFFORT_H

#include <stdbool.h>
#include <stdint.h>

struct effort {
	const char *name;    /* NULL ends the table */
	const char *summary; /* one line; not how long it takes, which run_estimate knows */
	bool smoke_sizes;    /* parameters default to the smoke size */
	bool mirror;     /* a block runs its models as a permutation and its mirror, else once */
	bool everything; /* all workloads and models, also at 1 CPU; memory of every workload */
	int blocks;      /* of kind time */
	int memory_blocks, memory_sizes;
	int memory_more; /* blocks that are added at most where a figure's interval stays wide */
	uint64_t window_min_ns, window_max_ns;
	uint64_t settle_ns; /* of a memory invocation: how long a still baseline is waited for */
	uint64_t budget_ns; /* the default of --budget; 0 = none */
};

extern const struct effort efforts[];

/* NULL if there is none of that name. */
const struct effort *effort_find(const char *name);

/* What smoke and quick measure, for ever: names ended by NULL. */
extern const char *const quick_workloads[];
extern const char *const quick_models[];

#endif
