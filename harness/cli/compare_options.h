/*
 * The options of concbench compare: its own, and those shared with other commands.
 */
#ifndef CONCBENCH_HARNESS_CLI_COMPARE_OPTIONS_H
#define CONCBENCH_HARNESS_CLI_COMPARE_OPTIONS_H

#include "harness/cli/options.h"
#include "harness/compare/compare.h"

struct compare_options {
	struct options shared; /* arguments: the operands */
	bool gates[METRICS];
	double margin, target; /* 0 = the metrics' own */
	int quads;             /* 0 = by plan */
	bool command, ignore_failure;
	const char *prepare, *cleanup;  /* NULL = none */
	char *benchmarks[COMPARED_MAX]; /* WORKLOAD/MODEL */
	int benchmarks_count;
	bool placed; /* CPUs were given */
};

/*
 * Reads them; complains itself. argv is permuted.
 *   Returns  0, or EXIT_WRONG_USE after one line on stderr.
 */
int compare_options_parse(struct compare_options *options, int argc, char **argv)
	__attribute__((warn_unused_result));

#endif
