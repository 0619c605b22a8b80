/*
 * concbench calibrate: what can this machine see? Compares this program with a copy of itself,
 * where every alarm is false, or with one that does a known share of more work, which must be
 * found.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/lines.h"
#include "harness/cli/compare.h"
#include "harness/compare/campaign.h"
#include "harness/compare/findings.h"
#include "harness/compare/invocations.h"
#include "harness/run/stop.h"
#include "harness/stats/binomial.h"

static const char command[] = "calibrate";

static const char help[] =
	"usage: concbench calibrate [--suites R] [--inject 5%] [OPTION...]\n"
	"       concbench calibrate --from LOG...\n"
	"What can this machine see? Compares this program with a copy of itself: every alarm is "
	"false. Prints noise, the least change that can be seen, and the alarms of R suites with "
	"their upper bound.\n"
	"  --suites R    so many comparisons (1); the budget is for each\n"
	"  --inject 5%   the copy does so much more work, which must be found (-5%: less); or\n"
	"                cpu=5%, syscall=1, page=0.1 (per operation), stall=3ms (every 50 chunks)\n"
	"  --log FILE    appends a row per quad, with the figures of its four invocations\n"
	"  --from        evaluates such files instead: false alarms and power of this check and "
	"of\n"
	"                other rules on the same data (--format md for Markdown)\n"
	"  --calibration DIR  where what was found is added up for compare, by class of machine "
	"(results/calibration)\n"
	"  --dry-run     prints the plan and measures nothing\n"
	"  --window 30ms of an invocation (100ms)\n"
	"  -b, --gate, --margin, --target, --budget, --quads, --seed, --effort, --cpus, -q: as "
	"with compare\n"
	"Exit status: 0 as it should be, 1 a false alarm, or an injected change that was judged "
	"away; 2 wrong use, 4 could not measure, 128 + signal.\n";

static const uint64_t window_ns = 100000000u;

/* Over all suites. */
struct tally {
	int suites, alarms;           /* suites with a verdict; of them with a false alarm */
	int pairs, found, missed;     /* gated pairs with an injection; judged away */
	int unmeasured, contaminated; /* benchmarks; suites */
};

/* Is the change of this pair one that the injection makes? A pause is, of the share of stalls. */
static bool is_injected(const struct compare_options *options, const struct finding *finding)
{
	bool stalls = options->injection_kind == INJECT_STALL;

	return finding->gated && finding->ratio != stalls;
}

static void count(struct tally *tally, const struct compare_options *options,
	const struct comparison *comparison)
{
	struct comparison_summary summary = comparison_summarize(comparison);

	tally->unmeasured += summary.failed;
	tally->contaminated += comparison->contaminated;
	if (summary.regressed + summary.improved + summary.equivalent + summary.inconclusive == 0)
		return;
	tally->suites++;
	/* what is contaminated is no verdict, so no alarm either */
	tally->alarms += summary.regressed > 0 && !comparison->contaminated;
	for (int i = 0; i < comparison->count; i++) {
		const struct compared *benchmark = &comparison->benchmarks[i];
		for (int metric = 0; metric < METRICS && !benchmark->given_up; metric++) {
			const struct finding *finding = &benchmark->findings[metric];
			if (!is_injected(options, finding))
				continue;
			tally->pairs++;
			tally->found += finding->verdict == VERDICT_REGRESSED;
			tally->missed += finding->verdict == VERDICT_EQUIVALENT ||
					 finding->verdict == VERDICT_IMPROVED;
		}
	}
}

static int print(const struct compare_options *options, const struct tally *tally)
{
	static const double confidence = 0.95;

	if (tally->unmeasured > 0)
		printf("%d benchmarks without a verdict\n", tally->unmeasured);
	if (tally->contaminated > 0)
		printf("%d suites contaminated\n", tally->contaminated);
	if (tally->suites == 0)
		return EXIT_NOT_MEASURED;
	if (strcmp(options->injection, "none") != 0) {
		printf("injected %s: found in %d of %d pairs, judged away in %d, undecided in %d\n",
			options->injection, tally->found, tally->pairs, tally->missed,
			tally->pairs - tally->found - tally->missed);
		double target =
			options->target > 0 ? options->target : metric_facts[METRIC_WALL].target;
		return tally->missed > 0 && options->inject >= target ? EXIT_ANSWER_NO : EXIT_FINE;
	}
	printf("false alarms: %d of %d suites, with 95 %% confidence at most %.1f %%\n",
		tally->alarms, tally->suites,
		100 * binomial_upper_bound(tally->alarms, tally->suites, confidence));
	return tally->alarms > 0 ? EXIT_ANSWER_NO : EXIT_FINE;
}

/* Adds the suite to what is known of this class of machines. */
static void remember(const struct compare_options *options, const struct comparison *comparison)
{
	struct calibration *calibration = calloc(1, sizeof(*calibration));
	const char *folder = options->calibration;
	char error[400];
	int pairs, rc = calibration == NULL
				? -ENOMEM
				: calibration_read(calibration, folder, error, sizeof(error));

	if (rc == 0 || rc == -ENOENT) {
		pairs = calibration->count;
		calibration_take(calibration, comparison);
		/* too few quads have told nothing */
		rc = calibration->count == 0 && pairs == 0 && !comparison->contaminated
			     ? 0
			     : calibration_write(calibration, folder);
	}
	if (rc == -EINVAL)
		cli_error(command, "%s; remove it to begin anew", error);
	else if (rc != 0)
		cli_error(command, "cannot write the calibration in %s: %s", folder, strerror(-rc));
	free(calibration);
}

/* One comparison of the two sides, and its table. */
static int suite(const struct compare_options *options, struct run_plan *plan,
	const struct operands *operands, int number, struct tally *tally)
{
	struct compared *benchmarks = calloc(COMPARED_MAX, sizeof(*benchmarks));
	struct invocations *invocations = calloc(1, sizeof(*invocations));
	const char *const programs[ARMS] = {operands->programs[0], operands->programs[1]};
	struct comparison comparison = {.benchmarks = benchmarks,
		.count = plan->cells_count,
		.seed = options->shared.seed + (uint64_t)number};
	int rc = benchmarks == NULL || invocations == NULL ? -ENOMEM : 0;

	if (rc == 0) {
		compare_name(benchmarks, plan, options);
		invocations_init(
			invocations, plan, programs, options->shared.seed, options->window_ns);
		invocations->inject = options->inject;
		invocations->injection = options->injection_kind;
		invocations->injection_amount = options->injection_amount;
		invocations->chunks = true;
		rc = compare_measure(options, &invocations->world, &comparison);
	}
	if (rc == 0)
		count(tally, options, &comparison);
	if (rc == 0 && strcmp(options->injection, "none") == 0)
		remember(options, &comparison);
	if (rc == 0 || rc == -EINTR) {
		struct writer writer = writer_for(stdout, WRITER_TERMINAL);
		int printed = findings_write(&writer, &comparison, rc == -EINTR);
		rc = rc == 0 ? printed : rc;
	}
	if (benchmarks != NULL)
		comparison_free(&comparison);
	free(benchmarks);
	free(invocations);
	return rc;
}

static int calibrate(struct compare_options *options)
{
	const char *const names[ARMS] = {compare_own_program, compare_own_program};
	struct operands operands = {.folder = ""};
	struct tally tally = {0};
	struct run_plan plan = {0};
	int rc = 0, status = compare_plan(options, &plan);

	if (options->window_ns == 0)
		options->window_ns = window_ns;
	if (options->shared.dry_run) {
		status = status == EXIT_FINE ? compare_dry(options, &plan) : status;
		plan_free(&plan);
		return status;
	}
	stop_install();
	if (status == EXIT_FINE)
		status = compare_operands(&operands, names);
	for (int i = 0; i < options->suites && status == EXIT_FINE && rc == 0; i++)
		rc = suite(options, &plan, &operands, i, &tally);
	if (rc != 0 && rc != -EINTR) {
		cli_error(command, "%s", strerror(-rc));
		status = EXIT_NOT_MEASURED;
	}
	if (status == EXIT_FINE)
		status = print(options, &tally);
	operands_close(&operands);
	plan_free(&plan);
	return stop_signal() != 0 ? 128 + stop_signal() : status;
}

/* Both tables of what the files hold. */
static int evaluate(const struct compare_options *options)
{
	struct campaign *campaign = calloc(1, sizeof(*campaign));
	const char *format = options->shared.format;
	struct quad_row *rows = NULL;
	char error[300] = "";
	int count = 0, rc = campaign == NULL ? -ENOMEM : 0;

	for (int i = 0; i < options->shared.arguments_count && rc == 0; i++)
		rc = quadlog_read(
			options->shared.arguments[i], &rows, &count, error, sizeof(error));
	if (rc == 0)
		rc = campaign_evaluate(campaign, rows, count);
	if (rc == -EEXIST)
		snprintf(error, sizeof(error), "a comparison is there twice: is a file, too?");
	if (error[0] != '\0')
		cli_wrong_use(command, "%s", error);
	if (rc == 0) {
		struct writer writer = writer_for(
			stdout, format != NULL && strcmp(format, "md") == 0 ? WRITER_MARKDOWN
									    : WRITER_TERMINAL);
		rc = campaign_write(&writer, campaign);
	}
	if (rc != 0 && error[0] == '\0')
		cli_error(command, "%s", strerror(-rc));
	free(rows);
	free(campaign);
	return rc == 0 ? EXIT_FINE : error[0] != '\0' ? EXIT_WRONG_USE : EXIT_NOT_MEASURED;
}

int calibrate_main(int argc, char **argv)
{
	struct compare_options options;
	int rc = compare_options_parse(&options, command, argc, argv);

	if (rc != 0)
		return rc;
	if (options.shared.help)
		return cli_print_help(help);
	if (options.from && options.shared.arguments_count == 0)
		return cli_wrong_use(command, "--from expects files that --log has written");
	if (options.from)
		return evaluate(&options);
	if (options.shared.arguments_count > 0)
		return cli_wrong_use(
			command, "takes no operand, there is '%.60s'", options.shared.arguments[0]);
	/* here a false alarm of any benchmark counts */
	options.gates_free = true;
	/* small rounds, so that a share of them can be added */
	options.shared.effort = effort_find("smoke");
	return calibrate(&options);
}
