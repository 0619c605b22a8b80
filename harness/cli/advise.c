/*
 * concbench advise: which model for a request. Arithmetic first, then exactly that request in every
 * model that may serve it, then what would change the answer.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/advise/choice.h"
#include "harness/advise/like.h"
#include "harness/advise/trial.h"
#include "harness/cli/advise.h"
#include "harness/cli/cli.h"
#include "harness/params.h"
#include "harness/report/number.h"
#include "harness/run/process.h"
#include "harness/run/stop.h"

static const char command[] = "advise";
static const char workload[] = "http";

/* What a service could be built on; polling, a global lock and one after the other are shown by
   demo, not advised. */
static char *const selectors[] = {"http/async", "http/async-uring", "http/async-offload",
	"http/threads", "http/thread-pool", "http/processes", "http/process-pool"};

enum { SELECTORS = sizeof(selectors) / sizeof(selectors[0]), AXES = 4, FACTOR = 4 };

/* Six invocations: the fewest with a 95 % interval. Memory is measured too. */
static const struct effort advise_effort = {.name = "quick",
	.summary = "6 invocations of each model",
	.mirror = true,
	.everything = true,
	.blocks = 3,
	.memory_blocks = 2,
	.memory_sizes = 1,
	.window_min_ns = 300000000,
	.window_max_ns = 400000000};
static const struct effort axis_effort = {.name = "quick",
	.summary = "6 invocations of two models",
	.mirror = true,
	.blocks = 3,
	.window_min_ns = 150000000,
	.window_max_ns = 200000000};

static int print_infeasible(const struct request_facts *facts)
{
	printf("Not feasible: %s.\nWhat would fit: %s.\n", facts->reason, facts->way_out);
	return EXIT_ANSWER_NO;
}

static void print_facts(const struct request *request, const struct request_facts *facts)
{
	char wait[PARAM_TEXT_MAX], compute[PARAM_TEXT_MAX];

	duration_format(request->wait_ns, wait, sizeof(wait));
	duration_format(request->compute_ns, compute, sizeof(compute));
	printf("%" PRId64 " requests/s, each waits %s and computes %s: %.3g in progress on average "
	       "(Little's law), %.2g CPUs of computation.\n",
		request->rate, wait, compute, facts->in_progress, facts->cpus);
	if (facts->replicas > 1)
		printf("More than the CPUs here can serve: measured is one of %d replicas, "
		       "%" PRId64 " requests/s each.\n",
			facts->replicas, facts->share.rate);
}

static void print_dry(const struct advise_options *options, const struct request_facts *facts)
{
	printf("%d models at %" PRId64 " requests/s over %" PRId64 " connections, %d invocations "
	       "each, and %d of memory;\nthen two models at a %dth and %d times of rate, wait, "
	       "compute and connections: about 2 minutes.\n",
		SELECTORS, facts->share.rate, facts->share.concurrency, 2 * advise_effort.blocks,
		advise_effort.memory_blocks, FACTOR, FACTOR);
	(void)options;
}

/* What is needed to measure. */
struct advising {
	const struct advise_options *options;
	struct request_facts facts;
	struct process_executor process;
	struct progress progress;
	struct trial_world world;
};

static int end_of(int rc, const char *error)
{
	if (rc == 0)
		return EXIT_FINE;
	if (rc == -EINTR)
		return 128 + stop_signal();
	if (rc == -EINVAL)
		return cli_wrong_use(command, "%s", error);
	cli_error(command, "%s", strerror(-rc));
	return EXIT_NOT_MEASURED;
}

/* One axis of the request at a fourth and at four times; what cannot be asked for is left out. */
static bool axis_values(const struct request *request, int axis,
	struct sweep sweeps[REQUEST_SWEEPS], char *concurrency, size_t bytes, int64_t values[2])
{
	struct request less = *request, more = *request;
	struct sweep low[REQUEST_SWEEPS], high[REQUEST_SWEEPS];
	char fewer[32], greater[32];
	uint64_t *durations[2][2] = {
		{&less.wait_ns, &less.compute_ns}, {&more.wait_ns, &more.compute_ns}};
	int64_t *counts[2][2] = {{&less.rate, &less.concurrency}, {&more.rate, &more.concurrency}};

	bool duration = axis == 1 || axis == 2;
	int which = axis == 2 || axis == 3;
	if (duration) {
		*durations[0][which] /= FACTOR;
		*durations[1][which] *= FACTOR;
		values[0] = (int64_t)*durations[0][which];
		values[1] = (int64_t)*durations[1][which];
	} else {
		*counts[0][which] /= FACTOR;
		*counts[1][which] *= FACTOR;
		values[0] = *counts[0][which];
		values[1] = *counts[1][which];
	}
	if (values[0] < 1)
		return false;
	request_params(request, sweeps, concurrency, bytes);
	request_params(&less, low, fewer, sizeof(fewer));
	request_params(&more, high, greater, sizeof(greater));
	if (axis == 3)
		snprintf(concurrency, bytes, "%s,%s", fewer, greater);
	else
		snprintf(sweeps[axis].values, sizeof(sweeps[axis].values), "%.40s,%.40s",
			low[axis].values, high[axis].values);
	return true;
}

static const char *const axis_names[AXES] = {"rate", "wait", "compute", "connections"};

static void write_value(int axis, int64_t value, char *text, size_t bytes)
{
	if (axis == 1 || axis == 2)
		duration_format((uint64_t)value, text, bytes);
	else
		snprintf(text, bytes, "%" PRId64, value);
}

/* Is `other` surely cheaper than `chosen` there (or the only one that keeps the rate)? 1, else 0;
   -1: neither can be told. */
static int is_overtaken(const struct group_rows *group, const char *chosen, const char *other)
{
	const struct row *a = trial_row(group, chosen), *b = trial_row(group, other);

	if (a == NULL || b == NULL)
		return b != NULL ? 1 : a != NULL ? 0 : -1;
	struct interval ratio = row_cpu_ratio(b, a, 0.95);
	return ratio.coverage >= 0.9 && ratio.high < 1;
}

/* "rate: the same from 500 to 8000", "compute: threads is cheaper at 800us". */
static int look_along(struct advising *advising, int axis, const char *chosen, const char *other,
	const struct writer *writer)
{
	struct sweep sweeps[REQUEST_SWEEPS];
	char concurrency[64], error[PARAM_ERROR_MAX], first[2 * RECORD_NAME_MAX],
		second[2 * RECORD_NAME_MAX], texts[2][PARAM_TEXT_MAX];
	char *pair[] = {first, second};
	int64_t values[2];
	struct trial trial;
	int overtaken[2];

	if (!axis_values(
		    &advising->facts.share, axis, sweeps, concurrency, sizeof(concurrency), values))
		return EXIT_FINE;
	snprintf(first, sizeof(first), "%s/%s", workload, chosen);
	snprintf(second, sizeof(second), "%s/%s", workload, other);
	int rc = trial_run(&trial, &advising->world, pair, 2, sweeps, REQUEST_SWEEPS, concurrency,
		error, sizeof(error));
	for (int i = 0; i < 2; i++) {
		overtaken[i] =
			rc != 0 ? -1
				: is_overtaken(trial_group_at(&trial, axis_names[axis], values[i]),
					  chosen, other);
		write_value(axis, values[i], texts[i], sizeof(texts[i]));
	}
	trial_free(&trial);
	progress_end(&advising->progress);
	if (rc == -EINVAL) /* beyond what the workload can be asked for */
		return EXIT_FINE;
	if (rc != 0)
		return end_of(rc, error);
	for (int i = 0; i < 2; i++)
		if (overtaken[i] == 1)
			write_note(writer, "%s: between here and %s %s becomes the better one",
				axis_names[axis], texts[i], other);
	for (int i = 0; i < 2; i++)
		if (overtaken[i] < 0)
			write_note(writer, "%s: at %s neither keeps the rate", axis_names[axis],
				texts[i]);
	if (overtaken[0] == 0 && overtaken[1] == 0)
		write_note(writer, "%s: nothing changes from %s to %s", axis_names[axis], texts[0],
			texts[1]);
	return EXIT_FINE;
}

static int write_crossovers(
	struct advising *advising, const struct choice *choice, const struct writer *writer)
{
	/* of the table of models, which outlives the trial */
	const struct model *chosen = model_find(choice->candidates[choice->chosen].row->model);
	const struct model *other = model_find(choice->candidates[choice->rival].row->model);
	int status = EXIT_FINE;

	if (chosen == NULL || other == NULL)
		return EXIT_FINE;
	write_text(
		writer, "What would change the answer, %s against %s:", chosen->name, other->name);
	advising->world.effort = &axis_effort;
	advising->world.results = NULL;
	for (int axis = 0; axis < AXES && status == EXIT_FINE; axis++)
		status = look_along(advising, axis, chosen->name, other->name, writer);
	return status;
}

static void write_carries(const struct writer *writer)
{
	write_text(writer,
		"What carries over to other languages: the order of the models where it comes from "
		"switches, memory per task and who blocks whom. What does not: the figures, the "
		"crossovers, and everything a runtime of its own does (garbage collection, a "
		"global "
		"lock).");
}

static int answer(struct advising *advising, const struct group_rows *group, bool measure_more)
{
	struct writer writer = writer_for(stdout, WRITER_TERMINAL);
	struct choice choice;
	int status = EXIT_FINE;

	if (group == NULL) {
		cli_error(command, "there is no figure of such a request");
		return EXIT_NOT_MEASURED;
	}
	choice_make(&choice, group, &advising->facts.share);
	putchar('\n');
	choice_write(&choice, &advising->options->request, &advising->facts, &writer);
	fflush(stdout);
	if (measure_more && choice.chosen >= 0 && choice.rival >= 0)
		status = write_crossovers(advising, &choice, &writer);
	if (choice.chosen >= 0)
		write_carries(&writer);
	putchar('\n');
	if (choice_table(&choice, &writer) != 0)
		return EXIT_NOT_MEASURED;
	return status != EXIT_FINE ? status : choice.chosen >= 0 ? EXIT_FINE : EXIT_ANSWER_NO;
}

static int advise_by_measuring(struct advising *advising)
{
	struct sweep sweeps[REQUEST_SWEEPS];
	char concurrency[32], error[PARAM_ERROR_MAX] = "";
	struct trial trial;

	process_executor_init(&advising->process);
	progress_init(&advising->progress, VERBOSITY_NORMAL);
	advising->world = (struct trial_world){.effort = &advise_effort,
		.placement = advising->options->placement,
		.seed = advising->options->seed,
		.budget_ns = advising->options->budget_ns,
		.executor = &advising->process.executor,
		.progress = &advising->progress,
		.results = "results",
		.command = "concbench advise"};
	stop_install();
	request_params(&advising->facts.share, sweeps, concurrency, sizeof(concurrency));
	int rc = trial_run(&trial, &advising->world, selectors, SELECTORS, sweeps, REQUEST_SWEEPS,
		concurrency, error, sizeof(error));
	progress_end(&advising->progress);
	int status = end_of(rc, error);
	if (status == EXIT_FINE)
		status = answer(advising, trial_group(&trial), !advising->options->no_crossovers);
	trial_free(&trial);
	return status;
}

/* How far a stored table is from the request: the sum of the factors between their parameters. */
static double distance(const struct group_rows *group, const struct request *request)
{
	static const char *const names[AXES] = {"rate", "wait", "compute", "connections"};
	const int64_t wanted[AXES] = {request->rate, (int64_t)request->wait_ns,
		(int64_t)request->compute_ns, request->concurrency};
	double sum = 0;

	for (int i = 0; i < AXES; i++)
		sum += fabs(log((double)(record_param_value(group->sample, names[i], 0) + 1) /
				(double)(wanted[i] + 1)));
	return sum;
}

static int advise_from(struct advising *advising, const char *run)
{
	struct session session;
	struct report report;
	const struct group_rows *nearest = NULL;
	int status = cli_read_run(command, run, &session, &report);

	for (int i = 0; status == EXIT_FINE && i < report.groups.count; i++) {
		const struct group_rows *group = &report.groups.groups[i];
		if (group->kind == KIND_TIME && strcmp(group->facts->name, workload) == 0 &&
			record_param_value(group->sample, "rate", 0) > 0 &&
			(nearest == NULL || distance(group, &advising->facts.share) <
						    distance(nearest, &advising->facts.share)))
			nearest = group;
	}
	if (status == EXIT_FINE && nearest == NULL)
		status = cli_wrong_use(command,
			"%s has no table of %s at a rate (measure one: concbench advise without "
			"--from, or concbench run %s -p rate=...)",
			run, workload, workload);
	else if (status == EXIT_FINE) {
		if (distance(nearest, &advising->facts.share) > 0.01)
			printf("The nearest that was measured: rate %s, wait %s, compute %s, %s "
			       "connections.\n",
				cli_param_text(nearest->sample, "rate"),
				cli_param_text(nearest->sample, "wait"),
				cli_param_text(nearest->sample, "compute"),
				cli_param_text(nearest->sample, "connections"));
		status = answer(advising, nearest, false);
	}
	cli_close_run(&session, &report);
	return status;
}

int advise_main(int argc, char **argv)
{
	struct advise_options options;
	struct advising advising = {.options = &options};
	int status = advise_read_options(&options, argc, argv);

	if (status != EXIT_FINE || options.help)
		return status;
	if (options.like > 0) {
		struct like like;
		int rc = like_watch(options.like, 2, &like);
		if (rc != 0)
			return cli_wrong_use(
				command, "--like %d: %s", (int)options.like, strerror(-rc));
		like_complete(&like, &options.request);
		printf("Process %d: %.3g CPUs busy, %d threads, %d sockets over %.1f s.\n",
			(int)options.like, like.cpu_per_s, like.threads, like.sockets,
			like.seconds);
	}
	request_examine(&options.request, CPU_COUNT(&options.placement.sut), &advising.facts);
	if (!advising.facts.feasible)
		return print_infeasible(&advising.facts);
	print_facts(&options.request, &advising.facts);
	if (options.dry_run) {
		print_dry(&options, &advising.facts);
		return EXIT_FINE;
	}
	fflush(stdout);
	return options.from != NULL ? advise_from(&advising, options.from)
				    : advise_by_measuring(&advising);
}
