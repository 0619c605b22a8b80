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

#include "harness/advise/advice.h"
#include "harness/advise/axes.h"
#include "harness/advise/choice.h"
#include "harness/advise/like.h"
#include "harness/advise/stored.h"
#include "harness/advise/trial.h"
#include "harness/advise/verify.h"
#include "harness/cli/advise.h"
#include "harness/cli/cli.h"
#include "harness/cli/lines.h"
#include "harness/params.h"
#include "harness/report/number.h"
#include "harness/run/process.h"
#include "harness/run/stop.h"

static const char command[] = "advise";
static int print_infeasible(const struct request_facts *facts)
{
	cli_print("Not feasible: %s.\nWhat would fit: %s.\n", facts->reason, facts->way_out);
	return EXIT_ANSWER_NO;
}

static void print_facts(const struct request *request, const struct request_facts *facts)
{
	char wait[PARAM_TEXT_MAX], compute[PARAM_TEXT_MAX];

	duration_format(request->wait_ns, wait, sizeof(wait));
	duration_format(request->compute_ns, compute, sizeof(compute));
	cli_print("%" PRId64
		  " requests/s, each waits %s and computes %s: %.3g in progress on average "
		  "(Little's law), %.2g CPUs of computation.\n",
		request->rate, wait, compute, facts->in_progress, facts->cpus);
	if (facts->replicas > 1)
		cli_print("More than the CPUs here can serve: measured is one of %d replicas, "
			  "%" PRId64 " requests/s each.\n",
			facts->replicas, facts->share.rate);
}

static void print_dry(const struct advise_options *options, const struct request_facts *facts)
{
	char again[64] = "";

	if (options->verify)
		snprintf(again, sizeof(again), "; then all again with %d times the blocks",
			VERIFY_BLOCKS);
	cli_print("%d models at %" PRId64 " requests/s over %" PRId64 " connections, %d "
		  "invocations each, and %d of memory%s%s\n",
		ADVICE_MODELS, facts->share.rate, facts->share.concurrency, 2 * ADVICE_BLOCKS,
		ADVICE_MEMORY_BLOCKS,
		options->no_crossovers ? ""
				       : "; then one of each family at less and more of rate, "
					 "wait, compute and connections",
		again);
}

/* What is needed to measure. */
struct advising {
	const struct advise_options *options;
	struct request_facts facts;
	struct process_executor process;
	struct progress progress;
	struct trial_world world;
	const struct report *stored; /* of --from */
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

/* The best that fits of each family that is not the chosen one's. */
static void name_rivals(struct axes_look *look, const struct choice *choice)
{
	bool seen[FAMILIES] = {false};

	look->rivals_count = 0;
	seen[model_find(look->chosen)->family] = true;
	for (;;) {
		const struct candidate *best = NULL;
		for (int i = 0; i < choice->count; i++) {
			const struct candidate *candidate = &choice->candidates[i];
			if (candidate->unfit == FIT &&
				!seen[model_find(candidate->row->model)->family] &&
				(best == NULL ||
					candidate->row->cpu_ns.middle < best->row->cpu_ns.middle))
				best = candidate;
		}
		if (best == NULL || look->rivals_count == AXIS_RIVALS_MAX)
			return;
		const struct model *model = model_find(best->row->model);
		look->rivals[look->rivals_count++] = model->name;
		seen[model->family] = true;
	}
}

static void write_rivals(const struct writer *writer, const struct axes_look *look)
{
	char text[AXIS_RIVALS_MAX * RECORD_NAME_MAX] = "";

	for (int i = 0; i < look->rivals_count; i++) {
		size_t end = strlen(text);
		snprintf(
			text + end, sizeof(text) - end, "%s%s", i > 0 ? ", " : "", look->rivals[i]);
	}
	write_text(writer, "What would change the answer, %s against %s:", look->chosen,
		look->rivals_count > 0 ? text : "no other that fits");
}

static int write_measured_axes(
	struct advising *advising, const struct choice *choice, const struct writer *writer)
{
	const struct candidate *chosen = &choice->candidates[choice->chosen];
	struct effort effort = advice_axis_effort(&advising->facts.share);
	struct trial_world world = advising->world;
	struct axes_look look = {.world = &world,
		.workload = advice_workload,
		.request = &advising->facts.share,
		.connections_given = advising->options->request.concurrency > 0,
		.cpus = CPU_COUNT(&advising->options->placement.sut),
		.cpu_ns = chosen->row->cpu_ns.middle,
		.chosen = model_find(chosen->row->model)->name};
	char error[PARAM_ERROR_MAX] = "";
	int rc = 0;

	world.effort = &effort;
	world.results = NULL;
	name_rivals(&look, choice);
	write_rivals(writer, &look);
	for (int axis = 0; axis < AXES && rc == 0; axis++) {
		struct axis_side sides[2];
		for (int up = 0; up < 2 && rc == 0; up++)
			rc = axes_measure(&look, axis, up, &sides[up], error, sizeof(error));
		progress_end(&advising->progress);
		if (rc == 0)
			axes_write(writer, axis, look.chosen, &sides[0], &sides[1]);
		fflush(stdout);
	}
	return end_of(rc, error);
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

/* What would change the answer; nothing where it is not asked for. */
typedef int axes_fn(
	struct advising *advising, const struct choice *choice, const struct writer *writer);

static int answer(struct advising *advising, const struct group_rows *group, struct choice *choice,
	axes_fn *axes)
{
	struct writer writer = writer_for(stdout, WRITER_TERMINAL);
	int status = EXIT_FINE;

	if (group == NULL) {
		cli_error(command, "there is no figure of such a request");
		return EXIT_NOT_MEASURED;
	}
	choice_make(choice, group, &advising->facts.share);
	putchar('\n');
	choice_write(choice, &advising->options->request, &advising->facts, &writer);
	fflush(stdout);
	if (axes != NULL && choice->chosen >= 0)
		status = axes(advising, choice, &writer);
	if (choice->chosen >= 0)
		write_carries(&writer);
	putchar('\n');
	if (choice_table(choice, &writer) != 0)
		return EXIT_NOT_MEASURED;
	return status != EXIT_FINE ? status : choice->chosen >= 0 ? EXIT_FINE : EXIT_ANSWER_NO;
}

static int measure(struct advising *advising, struct trial *trial, int times)
{
	char error[PARAM_ERROR_MAX] = "";
	int rc = advice_measure(
		trial, &advising->world, &advising->facts.share, times, error, sizeof(error));

	progress_end(&advising->progress);
	return end_of(rc, error);
}

/* Measures again and says whether the advice was right; advised NULL: arithmetic refused. */
static int verify_advice(struct advising *advising, const struct choice *advised)
{
	struct verification verification;
	struct choice afresh;
	struct trial trial;
	char text[REQUEST_TEXT];
	int times = advised == NULL ? 1 : VERIFY_BLOCKS;
	advising->world.seed++; /* another order, other draws */
	int status = measure(advising, &trial, times);
	const struct group_rows *group = status == EXIT_FINE ? trial_group(&trial) : NULL;
	if (group != NULL) {
		struct writer writer = writer_for(stdout, WRITER_TERMINAL);
		choice_make(&afresh, group, &advising->facts.share);
		verify(&verification, advised, &afresh);
		verification_write(&verification, text, sizeof(text));
		printf("\nMeasured afresh, %d invocations of each model:\n",
			2 * times * ADVICE_BLOCKS);
		if (choice_table(&afresh, &writer) != 0)
			status = EXIT_NOT_MEASURED;
		printf("verdict: %s\n", text);
		if (!verification_right(&verification))
			status = EXIT_ANSWER_NO;
	} else if (status == EXIT_FINE) {
		status = EXIT_NOT_MEASURED;
	}
	trial_free(&trial);
	return status;
}

static void prepare(struct advising *advising)
{
	process_executor_init(&advising->process);
	progress_init(&advising->progress, VERBOSITY_NORMAL);
	advising->world = (struct trial_world){.placement = advising->options->placement,
		.seed = advising->options->seed,
		.budget_ns = advising->options->budget_ns,
		.executor = &advising->process.executor,
		.progress = &advising->progress,
		.results = "results",
		.command = "concbench advise"};
	stop_install();
}

static int advise_by_measuring(struct advising *advising)
{
	const struct advise_options *options = advising->options;
	struct choice choice;
	struct trial trial;

	prepare(advising);
	int status = measure(advising, &trial, 1);
	if (status == EXIT_FINE) {
		status = answer(advising, trial_group(&trial), &choice,
			options->no_crossovers ? NULL : write_measured_axes);
		/* that none fits is an answer, too */
		if (options->verify && (status == EXIT_FINE || status == EXIT_ANSWER_NO)) {
			int verified = verify_advice(advising, &choice);
			status = verified != EXIT_FINE ? verified : status;
		}
	}
	trial_free(&trial);
	return status;
}

static int write_stored_axes(
	struct advising *advising, const struct choice *choice, const struct writer *writer)
{
	const struct model *chosen = model_find(choice->candidates[choice->chosen].row->model);
	struct axis_side down, up;

	if (chosen == NULL)
		return EXIT_FINE;
	write_text(writer, "What would change the answer, by the stored run:");
	for (int axis = 0; axis < AXES; axis++) {
		axes_stored(advising->stored, choice->group, &advising->facts.share, chosen->name,
			axis, false, &down);
		axes_stored(advising->stored, choice->group, &advising->facts.share, chosen->name,
			axis, true, &up);
		axes_write(writer, axis, chosen->name, &down, &up);
	}
	return EXIT_FINE;
}

static int advise_from(struct advising *advising, const char *run)
{
	struct session session;
	struct report report;
	struct choice choice;
	struct writer writer = writer_for(stdout, WRITER_TERMINAL);
	int status = cli_read_run(command, run, &session, &report);
	const struct group_rows *nearest =
		status == EXIT_FINE ? stored_nearest(&report, &advising->facts.share) : NULL;

	if (status == EXIT_FINE && nearest == NULL)
		status = cli_wrong_use(command,
			"%s has no table of requests that wait and compute (http, mixed; measure "
			"one: concbench advise without --from, or concbench run mixed -p "
			"wait=1ms,10ms -p compute=100us,1ms)",
			run);
	if (status == EXIT_FINE) {
		stored_write(&writer, nearest, &advising->facts.share);
		advising->stored = &report;
		status = answer(advising, nearest, &choice,
			advising->options->no_crossovers ? NULL : write_stored_axes);
	}
	advising->stored = NULL;
	cli_close_run(&session, &report);
	return status;
}

static int advise_like(struct advise_options *options)
{
	struct like like;
	int rc = like_watch(options->like, 2, &like);

	if (rc != 0)
		return cli_wrong_use(command, "--like %d: %s", (int)options->like,
			rc == -EACCES || rc == -EPERM
				? "it is another user's (ask as that user, or as root)"
				: strerror(-rc));
	like_complete(&like, &options->request);
	cli_print(
		"Process %d: %.3g CPUs busy, %d processes, %d threads, %d sockets over %.1f s. Its "
		"wait is at most what follows from that, its computation has the handling of a "
		"request in it.\n",
		(int)options->like, like.cpu_per_s, like.processes, like.threads, like.sockets,
		like.seconds);
	return EXIT_FINE;
}

int advise_main(int argc, char **argv)
{
	struct advise_options options;
	struct advising advising = {.options = &options};
	int status = advise_read_options(&options, argc, argv);

	if (status != EXIT_FINE || options.help)
		return status;
	if (options.like > 0) {
		status = advise_like(&options);
		if (status != EXIT_FINE)
			return status;
	}
	request_examine(&options.request, CPU_COUNT(&options.placement.sut), &advising.facts);
	if (!advising.facts.feasible) {
		status = print_infeasible(&advising.facts);
		if (!options.verify)
			return status;
		prepare(&advising);
		status = verify_advice(&advising, NULL);
		return status == EXIT_FINE ? EXIT_ANSWER_NO : status;
	}
	print_facts(&options.request, &advising.facts);
	if (options.dry_run) {
		print_dry(&options, &advising.facts);
		return EXIT_FINE;
	}
	fflush(stdout);
	return options.from != NULL ? advise_from(&advising, options.from)
				    : advise_by_measuring(&advising);
}
