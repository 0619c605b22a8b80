/*
 * concbench compare: did it get slower? Two builds, or two commands, measured together, now, on
 * this machine.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/compare.h"
#include "harness/cli/logbook.h"
#include "harness/compare/exchange.h"
#include "harness/compare/findings.h"
#include "harness/compare/invocations.h"
#include "harness/compare/operand.h"
#include "harness/params.h"
#include "harness/run/plan.h"
#include "harness/run/progress.h"
#include "harness/run/stop.h"

static const char command[] = "compare";

static const char help[] =
	"usage: concbench compare OLD [NEW] [OPTION...]\n"
	"       concbench compare --command OLD NEW [OPTION...]\n"
	"       concbench compare OLD.jsonl NEW.jsonl\n"
	"Did it get slower? Measures both sides together, in turns, and says REGRESSED,\n"
	"EQUIVALENT or INCONCLUSIVE, with the smallest change it could have seen.\n"
	"OLD and NEW: a concbench, a folder with one, or git:REVISION, which is built in a\n"
	"tree of its own. NEW is this program if it is left out. Stored runs (.jsonl) and\n"
	"hyperfine's JSON are set side by side without a verdict.\n"
	"  --command            OLD and NEW are shell commands, compared as whole processes by "
	"wall\n"
	"                       and CPU time; memory and context switches beside them\n"
	"  --build C --run C    OLD and NEW are revisions of any repository, built and run so\n"
	"  --prepare COMMAND    before each run, untimed; --conclude COMMAND after each\n"
	"  --setup COMMAND      once before all runs; --cleanup COMMAND after all\n"
	"  --ignore-failure[=1,2]  any exit status of theirs will do, or these beside 0\n"
	"  -b WORKLOAD[/MODEL]  what to compare by; may be repeated; with :free behind it the\n"
	"                       kernel may use all CPUs: reported, not gating\n"
	"  --gate wall,cpu      what decides: of wall (with the stall share), cpu, memory and\n"
	"                       instructions (under callgrind) those named\n"
	"  --margin 2%          a change that is tolerated\n"
	"  --target 5%          a change that must be found\n"
	"  --budget 5min        time for it all\n"
	"  --quads N            at most so many quads each\n"
	"  --window 100ms       of an invocation\n"
	"  --log FILE           appends a row per quad with the figures of its invocations\n"
	"  --confirm-layout     a change below 10 % must stay when functions are linked in three\n"
	"                       other orders (needs ld.lld)\n"
	"  --strict             exit status 3 where it is inconclusive\n"
	"  --seed N             repeats the order of an earlier comparison\n"
	"  -p, -c, --effort, --cpus, --sut-cpus, --load-cpus   as with run\n"
	"  --format terminal|md|csv|junit   csv: a row per quad;   -o FILE   print there\n"
	"Exit status: 0 passed or inconclusive, 1 regressed, 2 wrong use, 3 inconclusive with\n"
	"--strict, 4 could not measure, 128 + signal.\n";

/* What is compared by when nothing is said: closed loops with fixed work, on one CPU. A program of
   one's own compares all of its benchmarks. */
static char *const usual_benchmarks[] = {
	"hash/sequential", "echo/async", "echo/threads", "echo/processes", "file/sequential"};

enum { USUAL = sizeof(usual_benchmarks) / sizeof(usual_benchmarks[0]) };

static const uint64_t window_ns = 100000000u, smoke_window_ns = 20000000u;

const char compare_own_program[] = "/proc/self/exe";

static struct progress progress;

static void show(struct compare_world *world, const struct comparison *comparison, int at)
{
	const struct compared *benchmark = &comparison->benchmarks[at];
	uint64_t gone_ns = world->now_ns(world) - comparison->start_ns;
	int done = 0, planned = 0;

	for (int i = 0; i < comparison->count; i++) {
		done += comparison->benchmarks[i].quads;
		planned += comparison->benchmarks[i].planned;
	}
	uint64_t left_ns = done > 0 ? gone_ns / (uint64_t)done * (uint64_t)(planned - done) : 0;
	uint64_t room_ns = comparison->budget_ns > gone_ns ? comparison->budget_ns - gone_ns : 0;
	progress_at(&progress, benchmark->name, at == 0, done, planned, gone_ns,
		left_ns < room_ns && done > 0 ? left_ns : room_ns);
}

static int print(
	const struct compare_options *options, const struct comparison *comparison, bool stopped)
{
	const char *path = options->shared.output, *format = options->shared.format;
	bool standard = path == NULL || strcmp(path, "-") == 0;
	FILE *out = standard ? stdout : fopen(path, "we");

	if (out == NULL) {
		cli_error(command, "cannot write %s: %s", path, strerror(errno));
		return EXIT_NOT_MEASURED;
	}
	struct writer writer = writer_for(out,
		format != NULL && strcmp(format, "md") == 0 ? WRITER_MARKDOWN : WRITER_TERMINAL);
	int rc = 0;
	if (format != NULL && strcmp(format, "csv") == 0)
		findings_csv(comparison, out);
	else if (format != NULL && strcmp(format, "junit") == 0)
		exchange_junit(comparison, out);
	else
		rc = findings_write(&writer, comparison, stopped);
	if (rc == 0 && (fflush(out) != 0 || ferror(out)))
		rc = -EIO;
	if (!standard && fclose(out) != 0)
		rc = -errno;
	if (rc != 0)
		cli_error(command, "cannot write the findings: %s", strerror(-rc));
	return rc == 0 ? EXIT_FINE : EXIT_NOT_MEASURED;
}

static int verdict(const struct compare_options *options, const struct comparison *comparison)
{
	struct comparison_summary summary = comparison_summarize(comparison);

	if (comparison->contaminated)
		return EXIT_NOT_MEASURED;
	if (summary.regressed > 0)
		return EXIT_ANSWER_NO;
	if (summary.failed > 0 || summary.inconclusive + summary.equivalent + summary.improved == 0)
		return EXIT_NOT_MEASURED;
	return summary.inconclusive > 0 && options->shared.strict ? EXIT_NO_VERDICT : EXIT_FINE;
}

int compare_measure(const struct compare_options *options, struct compare_world *world,
	struct comparison *comparison)
{
	int verbosity = options->shared.verbosity;
	struct logbook logbook = {.out = NULL};

	comparison->world = world;
	comparison->margin = options->margin;
	comparison->target = options->target;
	comparison->budget_ns = options->shared.budget_ns;
	comparison->quads_max = options->quads;
	comparison->gates_free = options->gates_free;
	memcpy(comparison->gates, options->gates, sizeof(comparison->gates));
	for (int i = 0; i < METRICS; i++)
		comparison->shows[i] = options->command || options->run != NULL;
	comparison->shows[METRIC_STALL] = false;
	progress_init(&progress, verbosity < 0 ? VERBOSITY_QUIET : VERBOSITY_NORMAL);
	if (verbosity >= 0)
		progress_say(&progress, "%s: %d benchmark%s, seed %llu", options->name,
			comparison->count, comparison->count == 1 ? "" : "s",
			(unsigned long long)comparison->seed);
	world->progress = verbosity < 0 ? NULL : show;
	int rc = logbook_open(&logbook, options, world);
	if (rc == 0)
		rc = comparison_execute(comparison);
	progress_end(&progress);
	if (rc == 0)
		rc = logbook_end(&logbook, comparison);
	logbook_close(&logbook);
	return rc;
}

/* In a GitHub workflow: annotations, and the table in the job's summary. */
static void tell_github(const struct comparison *comparison, bool stopped)
{
	const char *actions = getenv("GITHUB_ACTIONS"), *path = getenv("GITHUB_STEP_SUMMARY");

	if (actions == NULL || strcmp(actions, "true") != 0)
		return;
	exchange_annotations(comparison, stderr);
	FILE *out = path == NULL ? NULL : fopen(path, "ae");
	if (out == NULL)
		return;
	struct writer writer = writer_for(out, WRITER_MARKDOWN);
	if (findings_write(&writer, comparison, stopped) != 0 || fflush(out) != 0)
		cli_error(command, "cannot write the job's summary %s", path);
	fclose(out);
}

int compare_execute(const struct compare_options *options, struct compare_world *world,
	struct compared *benchmarks, int count)
{
	struct comparison comparison = {
		.benchmarks = benchmarks, .count = count, .seed = options->shared.seed};
	int rc = compare_measure(options, world, &comparison);
	int status = EXIT_NOT_MEASURED;

	if (rc == 0 || rc == -EINTR) {
		status = print(options, &comparison, rc == -EINTR);
		tell_github(&comparison, rc == -EINTR);
		status = status == EXIT_FINE ? verdict(options, &comparison) : status;
	} else {
		cli_error(command, "%s", strerror(-rc));
	}
	comparison_free(&comparison);
	return rc == -EINTR ? 128 + stop_signal() : status;
}

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

static int compare_builds(struct compare_options *options)
{
	struct compared *benchmarks = calloc(COMPARED_MAX, sizeof(*benchmarks));
	struct invocations *invocations = calloc(1, sizeof(*invocations));
	const char *const names[ARMS] = {options->shared.arguments[0],
		options->shared.arguments_count > 1 ? options->shared.arguments[1]
						    : compare_own_program};
	struct operands operands = {.folder = ""};
	struct run_plan plan = {0};
	int status = benchmarks == NULL || invocations == NULL ? EXIT_NOT_MEASURED
							       : compare_plan(options, &plan);

	stop_install();
	if (status == EXIT_FINE)
		status = compare_operands(&operands, names);
	int stopped = stop_signal();
	if (stopped > 0)
		status = 128 + stopped;
	if (status == EXIT_FINE) {
		const char *const programs[ARMS] = {operands.programs[0], operands.programs[1]};
		bool smoke = options->shared.effort->smoke_sizes;
		invocations_init(invocations, &plan, programs, options->shared.seed,
			options->window_ns != 0 ? options->window_ns
			: smoke                 ? smoke_window_ns
						: window_ns);
		invocations->chunks = operands.interface >= INTERFACE_CHUNKS;
		compare_name(benchmarks, &plan, options);
		status =
			compare_execute(options, &invocations->world, benchmarks, plan.cells_count);
	}
	operands_close(&operands);
	plan_free(&plan);
	free(invocations);
	free(benchmarks);
	return status;
}

int compare_main(int argc, char **argv)
{
	struct compare_options options;
	int rc = compare_options_parse(&options, command, argc, argv);

	if (rc != 0)
		return rc;
	if (options.shared.help)
		return fputs(help, stdout) < 0 ? EXIT_NOT_MEASURED : EXIT_FINE;
	const char *format = options.shared.format;
	if (format != NULL && strcmp(format, "terminal") != 0 && strcmp(format, "md") != 0 &&
		strcmp(format, "csv") != 0 && strcmp(format, "junit") != 0)
		return cli_wrong_use(
			command, "there is no format '%.40s' (terminal, md, csv or junit)", format);
	if (options.shared.arguments_count < 1 || options.shared.arguments_count > 2)
		return cli_wrong_use(command, "expected OLD [NEW], there are %d operands",
			options.shared.arguments_count);
	for (int i = 0; i < options.shared.arguments_count && !options.command; i++)
		if (compare_is_stored(options.shared.arguments[i]))
			return compare_stored(&options);
	return options.command || options.run != NULL ? compare_commands(&options)
						      : compare_builds(&options);
}
