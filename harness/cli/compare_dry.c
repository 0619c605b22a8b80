/*
 * --dry-run of concbench compare and calibrate: what would be measured, and how long it takes at
 * the least. Nothing is built, measured or written.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/compare.h"
#include "harness/cli/lines.h"
#include "harness/compare/quad.h"
#include "harness/params.h"

static void print_sides(const struct compare_options *options)
{
	const struct options *shared = &options->shared;

	for (int arm = 0; arm < ARMS; arm++) {
		const char *side = arm == ARM_BASE ? "base" : "head";
		if (arm < shared->arguments_count)
			printf("%s  %s\n", side, shared->arguments[arm]);
		else
			printf("%s  %s\n", side,
				options->run != NULL ? "the working tree" : "this program");
	}
	if (options->run != NULL)
		printf("built by  %s\nrun by    %s\n", options->build, options->run);
}

static void print_gates(const struct compare_options *options)
{
	const char *separator = "decide: ";

	for (int metric = 0; metric < METRICS; metric++)
		if (options->gates[metric]) {
			printf("%s%s", separator, metric_facts[metric].name);
			separator = ", ";
		}
	if (options->instructions)
		printf("%sinstructions", separator);
	printf("; margin %g %%, target %g %%\n",
		100 * (options->margin > 0 ? options->margin : metric_facts[METRIC_WALL].margin),
		100 * (options->target > 0 ? options->target : metric_facts[METRIC_WALL].target));
}

/* Everything is at least a pilot long; windows_ns is what one quad of each takes by itself. */
static int print_time(const struct compare_options *options, int benchmarks, uint64_t windows_ns)
{
	int pilot =
		options->quads > 0 && options->quads < PILOT_QUADS ? options->quads : PILOT_QUADS;
	char least[PARAM_TEXT_MAX], budget[PARAM_TEXT_MAX], most[48] = "";

	duration_format(windows_ns * (uint64_t)pilot / 1000000 * 1000000, least, sizeof(least));
	duration_format(options->shared.budget_ns, budget, sizeof(budget));
	if (options->quads > 0)
		snprintf(most, sizeof(most), " at most %d each and", options->quads);
	cli_print("a pilot of %d quad%s each, %d invocations%s%s%s; then as many as their noise "
		  "asks for,%s within %s\n",
		pilot, pilot == 1 ? "" : "s", pilot * QUAD * benchmarks,
		windows_ns > 0 ? " with at least " : "", windows_ns > 0 ? least : "",
		windows_ns > 0 ? " in their windows" : "", most, budget);
	if (options->suites > 1)
		printf("all of it %d times\n", options->suites);
	printf("seed %llu\n", (unsigned long long)options->shared.seed);
	return fflush(stdout) == 0 ? EXIT_FINE : EXIT_NOT_MEASURED;
}

int compare_dry(const struct compare_options *options, const struct run_plan *plan)
{
	uint64_t windows_ns = 0;

	if (strcmp(options->name, "compare") == 0)
		print_sides(options);
	else if (strcmp(options->injection, "none") != 0)
		printf("this program and a copy of it with %s injected\n", options->injection);
	else
		printf("this program and a copy of it\n");
	for (int i = 0; plan != NULL && i < plan->cells_count; i++) {
		const struct cell *cell = &plan->cells[i];
		char cpus[RECORD_CPUS_MAX], name[2 * RECORD_NAME_MAX + 8];
		cpu_list_format(&cell->sut, cpus, sizeof(cpus));
		snprintf(name, sizeof(name), "%s/%s%s", cell->workload->name, cell->model->name,
			options->cells_free[i] ? compared_free_suffix : "");
		printf("%-24s %-6s %6lld tasks  CPUs %s\n", name, kind_names[cell->kind],
			(long long)cell_tasks(cell), cpus);
		windows_ns += cell->kind == KIND_TIME ? QUAD * compare_window(options) : 0;
	}
	print_gates(options);
	return print_time(options, plan != NULL ? plan->cells_count : SHELL_BENCHMARKS, windows_ns);
}
