/*
 * A machine on paper: the real tables of workloads and models, but invocations are a law of costs
 * and a clock of their own. Advice, crossovers and tuning repeat to the digit on it.
 */
#ifndef CONCBENCH_TESTS_HARNESS_ADVISE_PAPER_H
#define CONCBENCH_TESTS_HARNESS_ADVISE_PAPER_H

#include <stdlib.h>
#include <string.h>

#include "harness/advise/trial.h"
#include "harness/run/arguments.h"

struct paper;

/* CPU per operation in ns, without noise. */
typedef double paper_law(const struct paper *paper, const struct record *record);

struct paper {
	struct executor executor;
	struct trial_world world;
	paper_law *law;
	double noise; /* 0.01: from -2 to 2 per cent */
	uint64_t now_ns;
	int invocations;
	int inverted_until; /* invocations before this one find the law upside down */
};

static inline double paper_param(const struct record *record, const char *name)
{
	return (double)record_param_value(record, name, 0);
}

static inline double paper_noise(const struct paper *paper)
{
	int at = paper->invocations;

	return 1 + paper->noise * ((at * 7 + at / 3 + at / 11) % 5 - 2);
}

static inline void paper_latency(struct record *record, double service_ns)
{
	record->latency = calloc(1, sizeof(*record->latency));
	record->latency->present = 1;
	for (uint64_t i = 0; i < 400; i++) {
		uint64_t ns = (uint64_t)(service_ns * (1 + (double)(i * 97 % 400) / 1000));
		record->latency->closed.counts[histogram_bucket(ns)]++;
		record->latency->max_ns =
			ns > record->latency->max_ns ? ns : record->latency->max_ns;
	}
}

/* A server on one CPU: an offered rate is kept up to 95 % of it, and by Little's law. */
static inline void paper_time(
	const struct paper *paper, const struct invocation_request *request, struct record *record)
{
	double cpu_ns = paper->law(paper, record) * paper_noise(paper);
	double wait_ns = paper_param(record, "wait"), rate = paper_param(record, "rate");
	double tasks = (double)cell_tasks(request->cell);
	double most = 0.95e9 / cpu_ns, held = tasks * 1e9 / (wait_ns + cpu_ns);

	most = held < most ? held : most;
	if (rate > most) {
		record->status = STATUS_INVALID;
		strcpy(record->reason, "the offered rate was missed");
	}
	rate = rate > 0 ? rate : most;
	record->work.rounds = 100;
	record->work.tasks = (uint64_t)tasks;
	record->work.operations = 100 * (uint64_t)tasks;
	record->work.bytes = record->work.operations;
	record->work.checksum = 1;
	record->window.ns = (uint64_t)((double)record->work.operations / rate * 1e9);
	record->window.cpu_ns = (uint64_t)((double)record->work.operations * cpu_ns);
	paper_latency(record, wait_ns + cpu_ns);
}

static inline int paper_invoke(
	struct executor *executor, const struct invocation_request *request, struct record *record)
{
	struct paper *paper = executor->state;

	record->schema = RECORD_SCHEMA;
	record->kind = request->cell->kind;
	strcpy(record->workload, request->cell->workload->name);
	strcpy(record->model, request->cell->model->name);
	record->seed = request->seed;
	strcpy(record->place.sut_cpus, "0");
	strcpy(record->place.load_cpus, "1");
	cell_params(request->cell, record->params, &record->params_count);
	record->place.padding = request->padding;
	if (record->kind == KIND_MEMORY) {
		record->memory.measured = record->memory.settled = 1;
		record->memory.user_per_task =
			request->cell->model->family == FAMILY_ASYNC ? 10000 : 40000;
		record->work.rounds = 1;
		record->work.tasks = (uint64_t)cell_tasks(request->cell);
	} else {
		paper_time(paper, request, record);
	}
	paper->invocations++;
	paper->now_ns += record->kind == KIND_MEMORY ? 2000000000 : 400000000;
	return 0;
}

static inline int64_t paper_calibrate(struct executor *executor, const struct cell *cell)
{
	(void)executor;
	(void)cell;
	return 500000;
}

static inline double paper_spin(struct executor *executor, const cpu_set_t *cpus, double *waited)
{
	(void)executor;
	(void)cpus;
	if (waited != NULL)
		*waited = 0;
	return 0;
}

static inline uint64_t paper_now(struct executor *executor)
{
	return ((struct paper *)executor->state)->now_ns;
}

static inline void paper_init(struct paper *paper, paper_law *law, double noise)
{
	static struct progress silent;
	static struct effort effort = {.name = "quick",
		.mirror = true,
		.blocks = 3,
		.window_min_ns = 1000000,
		.window_max_ns = 1000000};

	memset(paper, 0, sizeof(*paper));
	paper->executor = (struct executor){.invoke = paper_invoke,
		.calibrate = paper_calibrate,
		.spin = paper_spin,
		.now_ns = paper_now,
		.state = paper};
	paper->law = law;
	paper->noise = noise;
	paper->world = (struct trial_world){.effort = &effort,
		.seed = 42,
		.executor = &paper->executor,
		.progress = &silent,
		.command = "concbench advise"};
	CPU_SET(0, &paper->world.placement.sut);
	CPU_SET(1, &paper->world.placement.load);
	CPU_SET(0, &paper->world.placement.alone);
	CPU_SET(1, &paper->world.placement.alone);
	CPU_SET(0, &paper->world.placement.one);
}

#endif
