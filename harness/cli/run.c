/*
 * concbench run: measure a plan and print its tables.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/cli/lines.h"
#include "harness/cli/options.h"
#include "harness/cli/output.h"
#include "harness/params.h"
#include "harness/report/number.h"
#include "harness/report/report.h"
#include "harness/run/guests.h"
#include "harness/run/journal.h"
#include "harness/run/machine.h"
#include "harness/run/process.h"
#include "harness/run/run.h"
#include "harness/run/stop.h"
#include "harness/selftest/verdict.h"

static const char command[] = "run";
static const char results[] = "results";

static const char help[] =
	"usage: concbench run [WORKLOAD[/MODEL]...] [OPTION...]\n"
	"Measures, and prints comparison tables.\n"
	"  -p NAME=VALUE        a parameter; a list a,b or a range 1..10k:log sweeps\n"
	"  -c, --concurrency N  the number of tasks (also a list or range)\n"
	"  --effort LEVEL       smoke, quick (default), standard or full\n"
	"  --budget 3m          stop adding invocations after this time\n"
	"  --cpus N             use so many CPUs; a list or range sweeps\n"
	"  --sut-cpus LIST      CPUs of the system under test\n"
	"  --load-cpus LIST     CPUs of the load; they must not overlap\n"
	"  --seed N             repeats the order of an earlier run\n"
	"  --format FORMAT      terminal, md, html, csv, json, hyperfine, benchstat or github\n"
	"  -o FILE              print there\n"
	"  --dry-run            print plan, time and memory, measure nothing\n"
	"  --strict             exit status 3 where a comparison has no verdict\n"
	"  -q                   no tables; twice: no progress either\n"
	"  -v                   a line per invocation\n";

/* The names of parameters with several values, for the header. */
static void list_swept(
	struct run_header *header, const struct options *options, const struct run_plan *plan)
{
	size_t end = 0;

	for (int i = 0; i < options->sweeps_count; i++) {
		const char *values = options->sweeps[i].values;
		if (strchr(values, ',') == NULL && strstr(values, "..") == NULL)
			continue;
		end += (size_t)snprintf(header->swept + end, sizeof(header->swept) - end, "%s%s",
			end > 0 ? "," : "", options->sweeps[i].name);
	}
	if (options->concurrency == NULL || strpbrk(options->concurrency, ",.") == NULL)
		return;
	for (int i = 0; i < plan->cells_count && end < sizeof(header->swept); i++) {
		const struct workload *workload = plan->cells[i].workload;
		const char *name = workload->params[workload->concurrency].name;
		if (!run_swept(header, name))
			end += (size_t)snprintf(header->swept + end, sizeof(header->swept) - end,
				"%s%s", end > 0 ? "," : "", name);
	}
}

static int print_plan(const struct options *options, const struct run_plan *plan)
{
	struct run_estimate estimate = run_estimate(plan, options->effort, options->budget_ns);
	char text[NUMBER_MAX], window[PARAM_TEXT_MAX], budget[PARAM_TEXT_MAX] = "";
	char largest[2 * RECORD_NAME_MAX + 8] = "";

	if (options->budget_ns > 0)
		duration_format(options->budget_ns, budget, sizeof(budget));
	for (int i = 0; i < plan->groups_count; i++) {
		const struct group *group = &plan->groups[i];
		const struct cell *cell = &plan->cells[group->first];
		char cpus[RECORD_CPUS_MAX];
		cpu_list_format(&cell->sut, cpus, sizeof(cpus));
		int invocations = group->blocks * (group->mirror ? 2 : 1);
		cli_print("%-10s %-7s %6lld tasks  CPUs %-6s %2d model%s x %2d invocation%s\n",
			cell->workload->name, kind_names[cell->kind], (long long)cell_tasks(cell),
			cpus, group->count, group->count == 1 ? "" : "s", invocations,
			invocations == 1 ? "" : "s");
	}
	number_format(text, sizeof(text), (double)estimate.memory_bytes, UNIT_BYTES, 2);
	if (estimate.largest != NULL)
		snprintf(largest, sizeof(largest), " (%s/%s)", estimate.largest->workload->name,
			estimate.largest->model->name);
	cli_print("%d invocations, about %llu min %llu s, at most about %s of memory%s\n",
		plan->steps_count, (unsigned long long)estimate.duration_ns / 60000000000u,
		(unsigned long long)estimate.duration_ns / 1000000000u % 60, text, largest);
	if (estimate.more > 0)
		cli_print("at most %d more of memory, about %llu min %llu s, while its interval "
			  "per task is wider than +-%.0f %%\n",
			estimate.more, (unsigned long long)estimate.more_ns / 60000000000u,
			(unsigned long long)estimate.more_ns / 1000000000u % 60,
			100 * memory_spread_most);
	duration_format(options->effort->window_max_ns, window, sizeof(window));
	cli_print("seed %llu, effort %s (%s): windows of at most %s%s%s\n",
		(unsigned long long)options->seed, options->effort->name, options->effort->summary,
		window, options->budget_ns > 0 ? ", shorter where more would not fit into " : "",
		budget);
	return fflush(stdout) == 0 ? EXIT_FINE : EXIT_NOT_MEASURED;
}

/* Is there a figure at all, and is every comparison decided? */
static int verdict(const struct report *report, bool strict)
{
	bool measured = false, undecided = false;

	for (int i = 0; i < report->groups.count; i++) {
		const struct group_rows *group = &report->groups.groups[i];
		for (int j = 0; j < group->rows_count; j++) {
			const struct row *row = &group->rows[j];
			measured = measured || row->ok > 0;
			enum standing standing = row_standing(group, row);
			undecided = undecided || (group->kind == KIND_TIME &&
							 (standing == STANDING_CLOSE ||
								 standing == STANDING_UNKNOWN));
			undecided = undecided ||
				    (row->status != STATUS_OK && row->status != STATUS_IMPOSSIBLE &&
					    row->status != STATUS_LIMIT);
		}
	}
	if (!measured)
		return EXIT_NOT_MEASURED;
	return strict && undecided ? EXIT_NO_VERDICT : EXIT_FINE;
}

/* Tables of what was measured: to the run's folder, and unless -q to the reader. */
static int print_tables(const struct options *options, const struct journal *journal)
{
	struct report report;
	char failed[4096];
	int rc = report_make(&report, &journal->session, journal->folder);
	int status = EXIT_NOT_MEASURED;

	if (rc != 0) {
		cli_error(command, "cannot make the report: %s", strerror(-rc));
	} else {
		status = verdict(&report, options->strict);
		rc = report_save(&report, journal->folder, failed, sizeof(failed));
		if (rc != 0) {
			cli_error(command, "cannot write %s: %s", failed, strerror(-rc));
			status = EXIT_NOT_MEASURED;
		}
		if (options->verbosity >= 0 || options->output != NULL) {
			int printed =
				output_report(command, &report, options->format, options->output);
			status = printed != EXIT_FINE ? printed : status;
		}
	}
	report_free(&report);
	return status;
}

/* What begins now, and how long it will take. */
static void say_plan(struct progress *progress, const struct options *options,
	const struct run_plan *plan, const char *path)
{
	struct run_estimate estimate = run_estimate(plan, options->effort, options->budget_ns);

	progress_say(progress, "%s: %d invocations, about %llu min %llu s, seed %llu", path,
		plan->steps_count, (unsigned long long)estimate.duration_ns / 60000000000u,
		(unsigned long long)estimate.duration_ns / 1000000000u % 60,
		(unsigned long long)options->seed);
}

static int measure(const struct options *options, struct run_plan *plan, struct run_header *header)
{
	struct process_executor process;
	struct journal *journal = calloc(1, sizeof(*journal));
	struct progress progress;
	int rc = journal == NULL ? -ENOMEM : journal_open(journal, results, header);

	if (rc != 0) {
		cli_error(command, "cannot write to %s/: %s", results, strerror(-rc));
		if (journal != NULL)
			journal_close(journal);
		free(journal);
		return EXIT_NOT_MEASURED;
	}
	process_executor_init(&process);
	progress_init(&progress, options->verbosity <= -2  ? VERBOSITY_QUIET
				 : options->verbosity >= 1 ? VERBOSITY_EVERY
							   : VERBOSITY_NORMAL);
	if (options->verbosity > -2)
		say_plan(&progress, options, plan, journal->path);
	struct run run = {.plan = plan,
		.effort = options->effort,
		.budget_ns = options->budget_ns,
		.executor = &process.executor,
		.journal = journal,
		.progress = &progress};
	rc = run_execute(&run);
	if (rc != 0 && rc != -EINTR)
		cli_error(command, "cannot write %s: %s%s", journal->path, strerror(-rc),
			options->verbosity >= 0 ? "; what was measured follows" : "");
	int status = print_tables(options, journal);
	journal_close(journal);
	free(journal);
	if (rc == -EINTR)
		return 128 + stop_signal();
	return rc != 0 ? EXIT_NOT_MEASURED : status;
}

static int take_guests(struct guests *guests, const struct options *options)
{
	char error[640];
	int rc = guests_take(
		guests, options->arguments, options->arguments_count, error, sizeof(error));

	if (rc == -ENOMEM)
		snprintf(error, sizeof(error), "%s", strerror(ENOMEM));
	for (int i = 0; i < guests->count && rc == 0; i++)
		if (guests->reasons[i][0] != '\0')
			cli_error(command, "warning: %s", guests->reasons[i]);
	return rc == 0 ? EXIT_FINE : cli_wrong_use(command, "%s", error);
}

int run_main(int argc, char **argv)
{
	struct options options;
	struct run_header *header = calloc(1, sizeof(*header));
	struct guests *guests = calloc(1, sizeof(*guests));
	struct run_plan plan = {0};
	char error[PARAM_ERROR_MAX];
	int status = header == NULL || guests == NULL ? EXIT_NOT_MEASURED : EXIT_FINE;

	if (status == EXIT_FINE) {
		machine_command(header, argc, argv);
		status = options_parse(&options, command, argc, argv);
	}
	if (status == EXIT_FINE && options.help) {
		cli_print_help(help);
		free(header);
		free(guests);
		return EXIT_FINE;
	}
	if (status == EXIT_FINE)
		status = output_check_whole(command, options.format);
	struct plan_request request = {.workloads = workloads};
	if (status == EXIT_FINE)
		status = take_guests(guests, &options);
	if (status == EXIT_FINE) {
		request.models = guests->models;
		request.programs = guests->programs;
		request.refusals = guests->refusals;
		request.selectors = guests->selectors;
		request.selectors_count = guests->selectors_count;
		request.sweeps = options.sweeps;
		request.sweeps_count = options.sweeps_count;
		request.concurrency = options.concurrency;
		request.effort = options.effort;
		request.placement = options.placement;
		request.seed = options.seed;
		int rc = plan_make(&plan, &request, error, sizeof(error));
		if (rc == -ENOMEM)
			snprintf(error, sizeof(error), "%s", strerror(ENOMEM));
		if (rc != 0)
			status = cli_wrong_use(command, "%s", error);
	}
	if (status == EXIT_FINE && options.dry_run) {
		status = print_plan(&options, &plan);
	} else if (status == EXIT_FINE) {
		status = output_writable(command, options.output);
	}
	if (status == EXIT_FINE && !options.dry_run) {
		stop_install();
		machine_describe(header);
		selftest_verdict(results, header->selftest);
		header->seed = options.seed;
		header->planned = plan.steps_count;
		snprintf(header->effort, sizeof(header->effort), "%s", options.effort->name);
		list_swept(header, &options, &plan);
		status = machine_add_workloads(header, &plan) == 0
				 ? measure(&options, &plan, header)
				 : EXIT_NOT_MEASURED;
	}
	plan_free(&plan);
	if (guests != NULL)
		guests_free(guests);
	free(guests);
	if (header != NULL)
		run_header_release(header);
	free(header);
	return status;
}
