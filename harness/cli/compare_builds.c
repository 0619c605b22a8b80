/*
 * concbench compare OLD [NEW] of two concbenches: the cells to compare by, both sides in place,
 * their times, memory and instructions.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/compare.h"
#include "harness/compare/counted.h"
#include "harness/params.h"
#include "harness/run/stop.h"

static const char command[] = "compare";

/* What is compared by when nothing is said: closed loops with fixed work, on one CPU. A program of
   one's own compares all of its benchmarks. */
static char *const usual_benchmarks[] = {
	"hash/sequential", "echo/async", "echo/threads", "echo/processes", "file/sequential"};

enum { USUAL = sizeof(usual_benchmarks) / sizeof(usual_benchmarks[0]) };

static const uint64_t window_ns = 100000000u, smoke_window_ns = 20000000u;

const char compare_own_program[] = "/proc/self/exe";

/* Is the cell named by -b, with :free or without? */
static bool is_selected(
	const struct compare_options *options, const struct cell *cell, bool scheduled_freely)
{
	char name[2 * RECORD_NAME_MAX + 8];

	snprintf(name, sizeof(name), "%s/%s", cell->workload->name, cell->model->name);
	for (int i = 0; i < options->benchmarks_count; i++)
		if (options->free[i] == scheduled_freely &&
			(strcmp(options->benchmarks[i], name) == 0 ||
				strcmp(options->benchmarks[i], cell->workload->name) == 0))
			return true;
	return false;
}

/* Is nothing asked but memory? Then what is only timed would be measured for no verdict. */
static bool weighs_only(const struct compare_options *options)
{
	return options->gates[METRIC_MEMORY] && !options->gates[METRIC_WALL] &&
	       !options->gates[METRIC_CPU] && !options->instructions;
}

/*
 * Cells named with :free get all CPUs, beside the pinned one or in its place. Memory has
 * invocations of its own, because weighing costs time.
 */
static int place_free(struct compare_options *options, struct run_plan *plan)
{
	struct cell *cells = calloc(3 * (size_t)plan->cells_count + 1, sizeof(*cells));
	int count = 0;

	if (cells == NULL)
		return cli_wrong_use(options->name, "%s", strerror(ENOMEM));
	for (int i = 0; i < plan->cells_count; i++) {
		const struct cell *cell = &plan->cells[i];
		bool scheduled_freely = is_selected(options, cell, true);
		if (weighs_only(options)) {
			cells[count] = *cell;
			cells[count++].kind = KIND_MEMORY;
			continue;
		}
		if (!scheduled_freely || is_selected(options, cell, false))
			cells[count++] = *cell;
		if (options->gates[METRIC_MEMORY]) {
			cells[count] = *cell;
			cells[count++].kind = KIND_MEMORY;
		}
		if (!scheduled_freely)
			continue;
		if (cell->workload->load != NULL) {
			free(cells);
			return cli_wrong_use(options->name,
				"%s has a load beside it and cannot be scheduled freely",
				cell->workload->name);
		}
		cells[count] = *cell;
		cells[count].sut = options->shared.placement.alone;
		if (count < COMPARED_MAX)
			options->cells_free[count] = true;
		count++;
	}
	free(plan->cells);
	plan->cells = cells;
	plan->cells_count = count;
	return 0;
}

int compare_plan(struct compare_options *options, struct run_plan *plan)
{
	struct placement placement = options->shared.placement;
	char error[PARAM_ERROR_MAX];
	/* none given, and the usual ones are not of this program: all there are */
	bool own = options->benchmarks_count > 0 || workload_find("hash") == NULL;
	int kept = 0;

	/* pinned unless CPUs are given: hand-overs between CPUs have two modes */
	if (!options->placed)
		placement.alone = placement.one;
	struct plan_request request = {.workloads = workloads,
		.models = models,
		.selectors = own ? options->benchmarks : usual_benchmarks,
		.selectors_count = own ? options->benchmarks_count : USUAL,
		.sweeps = options->shared.sweeps,
		.sweeps_count = options->shared.sweeps_count,
		.concurrency = options->shared.concurrency,
		.effort = options->shared.effort,
		.placement = placement,
		.seed = options->shared.seed};
	int rc = plan_make(plan, &request, error, sizeof(error));
	if (rc != 0)
		return cli_wrong_use(options->name, "%s", rc == -ENOMEM ? strerror(ENOMEM) : error);
	for (int i = 0; i < plan->cells_count; i++)
		if (plan->cells[i].kind == KIND_TIME)
			plan->cells[kept++] = plan->cells[i];
	plan->cells_count = kept;
	rc = place_free(options, plan);
	if (rc == 0 && plan->cells_count > COMPARED_MAX)
		rc = cli_wrong_use(options->name,
			"%d benchmarks are more than %d: name fewer with -b", plan->cells_count,
			COMPARED_MAX);
	return rc;
}

int compare_operands(struct operands *operands, const char *const names[ARMS])
{
	char error[OPERAND_ERROR_MAX];

	int rc = operands_open(operands);
	if (rc != 0) {
		cli_error(command, "cannot make a folder in /tmp: %s", strerror(-rc));
		return EXIT_NOT_MEASURED;
	}
	for (int arm = 0; arm < ARMS && rc == 0; arm++)
		rc = operand_take(operands, (enum arm)arm, names[arm], error, sizeof(error));
	if (rc != 0)
		cli_error(command, "%s", error);
	return rc == 0 ? EXIT_FINE : rc == -EINVAL ? EXIT_WRONG_USE : EXIT_NOT_MEASURED;
}

void compare_name(struct compared *benchmarks, const struct run_plan *plan,
	const struct compare_options *options)
{
	for (int i = 0; i < plan->cells_count; i++) {
		benchmarks[i].free = options->cells_free[i];
		snprintf(benchmarks[i].name, sizeof(benchmarks[i].name), "%s/%s%s",
			plan->cells[i].workload->name, plan->cells[i].model->name,
			benchmarks[i].free ? compared_free_suffix : "");
	}
}

/* --gate instructions: after the times, or alone. Returns the worse of both statuses. */
static int count_instructions(const struct compare_options *options,
	const struct operands *operands, const struct run_plan *plan, int status)
{
	struct counted *counted =
		calloc((size_t)plan->cells_count * COUNTED_KINDS + 1, sizeof(*counted));
	const char *const programs[ARMS] = {operands->programs[0], operands->programs[1]};
	const char *format = options->shared.format;
	struct writer writer = writer_for(stdout,
		format != NULL && strcmp(format, "md") == 0 ? WRITER_MARKDOWN : WRITER_TERMINAL);
	int count = counted == NULL ? -ENOMEM
				    : counted_measure(counted, plan, programs, operands->folder);
	int rc = count < 0 ? count : counted_write(&writer, counted, count);

	if (rc < 0 && rc != -EINTR)
		cli_error(command, "%s", strerror(-rc));
	if (rc < 0)
		status = rc == -EINTR ? 128 + stop_signal() : EXIT_NOT_MEASURED;
	else if (counted_regressed(counted, count))
		status = EXIT_ANSWER_NO;
	else if (counted_none(counted, count) && status == EXIT_FINE)
		status = EXIT_NOT_MEASURED;
	if (rc >= 0)
		write_text(&writer, "%s by instructions",
			counted_regressed(counted, count) ? "REGRESSED"
			: counted_none(counted, count)    ? "NOT MEASURED"
							  : "PASSED");
	free(counted);
	return status;
}

static bool gates_time(const struct compare_options *options)
{
	for (int metric = 0; metric < METRICS; metric++)
		if (options->gates[metric])
			return true;
	return false;
}

uint64_t compare_window(const struct compare_options *options)
{
	if (options->window_ns != 0)
		return options->window_ns;
	return options->shared.effort->smoke_sizes ? smoke_window_ns : window_ns;
}

/* With both sides in place. */
static int compare_sides(
	struct compare_options *options, struct operands *operands, struct run_plan *plan)
{
	struct compared *benchmarks = calloc(COMPARED_MAX, sizeof(*benchmarks));
	struct invocations *invocations = calloc(1, sizeof(*invocations));
	const char *const programs[ARMS] = {operands->programs[0], operands->programs[1]};
	struct confirmation confirmation = {operands, plan, invocations};
	int status = benchmarks == NULL || invocations == NULL ? EXIT_NOT_MEASURED : EXIT_FINE;

	if (operands->flags[0][0] != '\0' && strcmp(operands->flags[0], operands->flags[1]) != 0)
		cli_error(command, "warning: the sides were built with other flags: '%s' and '%s'",
			operands->flags[0], operands->flags[1]);
	if (status == EXIT_FINE && gates_time(options)) {
		invocations_init(
			invocations, plan, programs, options->shared.seed, compare_window(options));
		invocations->chunks = operands->interface >= INTERFACE_CHUNKS;
		compare_name(benchmarks, plan, options);
		status = compare_execute(
			options, &invocations->world, benchmarks, plan->cells_count, &confirmation);
	}
	if (options->instructions && stop_signal() == 0 && status != EXIT_WRONG_USE)
		status = count_instructions(options, operands, plan, status);
	free(invocations);
	free(benchmarks);
	return status;
}

int compare_builds(struct compare_options *options)
{
	const char *const names[ARMS] = {options->shared.arguments[0],
		options->shared.arguments_count > 1 ? options->shared.arguments[1]
						    : compare_own_program};
	struct operands operands = {.folder = ""};
	struct run_plan plan = {0};
	int status = compare_plan(options, &plan);

	if (options->shared.dry_run) {
		status = status == EXIT_FINE ? compare_dry(options, &plan) : status;
		plan_free(&plan);
		return status;
	}
	stop_install();
	if (status == EXIT_FINE)
		status = compare_operands(&operands, names);
	if (stop_signal() != 0)
		status = 128 + stop_signal();
	if (status == EXIT_FINE)
		status = compare_sides(options, &operands, &plan);
	operands_close(&operands);
	plan_free(&plan);
	return status;
}
