/*
 * concbench compare: did it get slower? Two builds, or two commands, measured together, now, on
 * this machine.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/lines.h"
#include "harness/cli/compare.h"
#include "harness/cli/logbook.h"
#include "harness/compare/exchange.h"
#include "harness/compare/findings.h"
#include "harness/run/progress.h"
#include "harness/run/stop.h"

static const char command[] = "compare";

static const char help[] =
	"usage: concbench compare OLD [NEW] [OPTION...]\n"
	"       concbench compare --command OLD NEW [OPTION...]\n"
	"       concbench compare OLD.jsonl NEW.jsonl\n"
	"Did it get slower? Measures both sides together, in turns, and says REGRESSED, "
	"EQUIVALENT or INCONCLUSIVE, with the smallest change it could have seen.\n"
	"OLD and NEW: a concbench, a folder with one, or git:REVISION, which is built in a "
	"tree of its own. NEW is this program if it is left out. Stored runs (.jsonl) and "
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
	"  --calibration DIR    where calibrate has left what this machine can see\n"
	"                       (results/calibration)\n"
	"  --confirm-layout     a change below 10 % must stay when functions are linked in three\n"
	"                       other orders (needs ld.lld)\n"
	"  --dry-run            prints the plan and measures nothing\n"
	"  --strict             exit status 3 where it is inconclusive\n"
	"  --seed N             repeats the order of an earlier comparison\n"
	"  -p, -c, --effort, --cpus, --sut-cpus, --load-cpus   as with run\n"
	"  --format terminal|md|csv|junit   csv: a row per quad;   -o FILE   print there\n"
	"Exit status: 0 passed or inconclusive, 1 regressed, 2 wrong use, 3 inconclusive with "
	"--strict, 4 could not measure, 128 + signal.\n";

static struct progress progress;

/* "echo/async" and how narrow its interval is so far: half its width, in per cent. */
static void describe_width(const struct compared *benchmark, char *text, size_t bytes)
{
	const int metrics[] = {METRIC_WALL, METRIC_CPU, METRIC_MEMORY};
	double widest = -1;

	for (int i = 0; i < 3; i++) {
		const double *values = benchmark->values[metrics[i]];
		struct interval interval =
			interval_median(values, benchmark->counts[metrics[i]], 0.95);
		double half = 50 * (interval.high - interval.low);
		/* few values have no interval of 95 % */
		if (interval.coverage >= 0.95 && half > widest)
			widest = half;
	}
	if (widest < 0)
		snprintf(text, bytes, "%s", benchmark->name);
	else
		snprintf(text, bytes, "%s, known to ±%.1f %%", benchmark->name, widest);
}

static void show(struct compare_world *world, const struct comparison *comparison, int at)
{
	const struct compared *benchmark = &comparison->benchmarks[at];
	uint64_t gone_ns = world->now_ns(world) - comparison->start_ns;
	char name[sizeof(benchmark->name) + 40];
	int done = 0, planned = 0;

	for (int i = 0; i < comparison->count; i++) {
		done += comparison->benchmarks[i].quads;
		planned += comparison->benchmarks[i].planned;
	}
	uint64_t left_ns = done > 0 ? gone_ns / (uint64_t)done * (uint64_t)(planned - done) : 0;
	uint64_t room_ns = comparison->budget_ns > gone_ns ? comparison->budget_ns - gone_ns : 0;
	describe_width(benchmark, name, sizeof(name));
	progress_at(&progress, name, at == 0, done, planned, gone_ns,
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
	struct compared *benchmarks, int count, struct confirmation *confirmation)
{
	struct calibration *calibration = calloc(1, sizeof(*calibration));
	struct comparison comparison = {
		.benchmarks = benchmarks, .count = count, .seed = options->shared.seed};
	char error[400];
	int status = EXIT_NOT_MEASURED;

	/* a damaged calibration is none, and said so */
	int rc = calibration == NULL ? -ENOMEM
				     : calibration_read(calibration, options->calibration, error,
					       sizeof(error));
	if (rc == -EINVAL)
		cli_error(command, "warning: %s", error);
	if (rc == 0)
		memcpy(comparison.canary_sigma, calibration->canary_sigma,
			sizeof(comparison.canary_sigma));
	comparison.calibration = calibration;
	rc = calibration == NULL ? -ENOMEM : compare_measure(options, world, &comparison);
	if (rc == 0 && options->confirm_layout && confirmation != NULL)
		rc = compare_confirm(options, confirmation, &comparison);
	if (rc == 0 || rc == -EINTR) {
		status = print(options, &comparison, rc == -EINTR);
		tell_github(&comparison, rc == -EINTR);
		status = status == EXIT_FINE ? verdict(options, &comparison) : status;
	} else {
		cli_error(command, "%s", strerror(-rc));
	}
	comparison_free(&comparison);
	free(calibration);
	return rc == -EINTR ? 128 + stop_signal() : status;
}

int compare_main(int argc, char **argv)
{
	struct compare_options options;
	int rc = compare_options_parse(&options, command, argc, argv);

	if (rc != 0)
		return rc;
	if (options.shared.help)
		return cli_print_help(help);
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
