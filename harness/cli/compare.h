/*
 * What concbench compare and calibrate have in common: the plan, the two sides, the measurement.
 */
#ifndef CONCBENCH_HARNESS_CLI_COMPARE_H
#define CONCBENCH_HARNESS_CLI_COMPARE_H

#include "harness/cli/compare_options.h"
#include "harness/compare/calibration.h"
#include "harness/compare/invocations.h"
#include "harness/compare/operand.h"
#include "harness/run/plan.h"

/* The running program as an operand. */
extern const char compare_own_program[];

/*
 * The cells to compare by, all of kind time.
 *   Returns  0, or EXIT_WRONG_USE after a line on stderr.   Owner: plan_free.
 */
int compare_plan(struct compare_options *options, struct run_plan *plan);

/* Benchmarks get the names of the plan's cells. */
void compare_name(struct compared *benchmarks, const struct run_plan *plan,
	const struct compare_options *options);

/* Brings both sides in place. An exit status, after a line on stderr where it is not EXIT_FINE. */
int compare_operands(struct operands *operands, const char *const names[ARMS]);

/* What --confirm-layout needs to link and measure again. */
struct confirmation {
	struct operands *operands;
	struct run_plan *plan;
	struct invocations *invocations;
};

/*
 * Measures in a world, prints and tells the CI; the benchmarks are named.
 *   confirmation  NULL = layouts are not looked into
 *   Returns  the exit status.
 */
int compare_execute(const struct compare_options *options, struct compare_world *world,
	struct compared *benchmarks, int count, struct confirmation *confirmation);

/*
 * Measures what is flagged below 10 % in other orders of functions (compare_layout.c); verdicts
 * that do not stay become inconclusive. Returns as comparison_execute.
 */
int compare_confirm(const struct compare_options *options, struct confirmation *confirmation,
	struct comparison *comparison) __attribute__((warn_unused_result));

/* The window of an invocation that is timed. */
uint64_t compare_window(const struct compare_options *options);

/*
 * Prints what would be measured (compare_dry.c). An exit status.
 *   plan   of the benchmarks; NULL = two commands
 */
int compare_dry(const struct compare_options *options, const struct run_plan *plan);

/* Two builds of concbench (compare_builds.c). The exit status. */
int compare_builds(struct compare_options *options);

/* Two commands, or one in the trees of two revisions (compare_commands.c). The exit status. */
int compare_commands(const struct compare_options *options);

/* Two stored results, one of which at least is named (compare_stored.c). The exit status. */
int compare_stored(const struct compare_options *options);
bool compare_is_stored(const char *operand);

/*
 * Measures and judges with the options, showing progress; benchmarks, count and seed are set.
 *   Returns  as comparison_execute.   Owner: comparison_free.
 */
int compare_measure(const struct compare_options *options, struct compare_world *world,
	struct comparison *comparison);

#endif
