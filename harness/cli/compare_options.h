/*
 * The options of concbench compare and calibrate: their own, and those shared with other commands.
 */
#ifndef CONCBENCH_HARNESS_CLI_COMPARE_OPTIONS_H
#define CONCBENCH_HARNESS_CLI_COMPARE_OPTIONS_H

#include "harness/cli/options.h"
#include "harness/compare/compare.h"
#include "harness/compare/shell.h"

struct compare_options {
	const char *name;      /* of the command */
	struct options shared; /* arguments: the operands */
	bool gates[METRICS], gates_free, gates_given;
	double margin, target; /* 0 = the metrics' own */
	int quads;             /* 0 = by plan */
	double inject;         /* calibrate: share of more work in the head; 0 = none */
	enum injection_kind injection_kind; /* or of another kind, and its amount */
	double injection_amount;
	const char *injection; /* the same as it was typed; "none" */
	const char *log;       /* file that gets a row per quad; NULL = none */
	uint64_t window_ns;    /* of an invocation; 0 = the default */
	int suites;            /* calibrate: comparisons to make */
	bool from;             /* calibrate: operands are logs to evaluate */
	bool command, ignore_failure;
	int codes[SHELL_CODES_MAX]; /* of --ignore-failure=1,2 */
	int codes_count;
	const char *setup, *prepare, *conclude, *cleanup; /* NULL = none */
	const char *build, *run; /* of other people's repositories; NULL = ours */
	bool instructions;       /* --gate instructions */
	bool confirm_layout;
	const char *calibration;        /* folder of calibrations */
	char *benchmarks[COMPARED_MAX]; /* WORKLOAD/MODEL */
	bool free[COMPARED_MAX];        /* of those, scheduled freely */
	int benchmarks_count;
	bool cells_free[COMPARED_MAX]; /* of the plan's cells, by compare_plan */
	bool placed;                   /* CPUs were given */
};

/*
 * Reads them; complains itself. argv is permuted.
 *   name     "compare" or "calibrate"
 *   Returns  0, or EXIT_WRONG_USE after one line on stderr.
 */
int compare_options_parse(struct compare_options *options, const char *name, int argc, char **argv)
	__attribute__((warn_unused_result));

#endif
