/*
 * The options that the measuring commands share: one language on every command line.
 */
#ifndef CONCBENCH_HARNESS_CLI_OPTIONS_H
#define CONCBENCH_HARNESS_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/run/effort.h"
#include "harness/run/placement.h"
#include "harness/run/sweep.h"

struct options {
	struct sweep sweeps[SWEEPS_MAX];
	int sweeps_count;
	const char *concurrency; /* -c, NULL = none */
	const struct effort *effort;
	uint64_t budget_ns; /* of --budget, else the effort's; 0 = none */
	struct placement placement;
	uint64_t seed;               /* of --seed, else drawn */
	const char *format, *output; /* NULL = default */
	bool dry_run, strict, help;
	int verbosity;    /* -q counts down, -v up */
	char **arguments; /* what is no option; in argv, which is permuted */
	int arguments_count;
};

/*
 * Reads a command's options; complains itself.
 *   command  for messages
 *   Returns  0, or EXIT_WRONG_USE after one line on stderr.
 */
int options_parse(struct options *options, const char *command, int argc, char **argv)
	__attribute__((warn_unused_result));

#endif
