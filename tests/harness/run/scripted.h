/*
 * A scripted executor: workloads and models that exist on paper, invocations that take a fixed time
 * on a clock of their own. Planning, statistics and tables repeat to the digit.
 */
#ifndef CONCBENCH_TESTS_HARNESS_RUN_SCRIPTED_H
#define CONCBENCH_TESTS_HARNESS_RUN_SCRIPTED_H

#include <stdlib.h>
#include <string.h>

#include "harness/run/arguments.h"
#include "harness/run/executor.h"
#include "harness/run/journal.h"
#include "harness/run/machine.h"
#include "harness/run/plan.h"
#include "harness/run/run.h"

struct scripted;

/* Changes the record of invocation number `at` (from 0) before it is returned; NULL = as it is. */
typedef void scripted_twist(struct scripted *scripted, int at, struct record *record);

struct scripted {
	struct executor executor;
	uint64_t now_ns;
	int invocations, spins, calibrations;
	uint64_t last_window_ns, last_deadline_ns;
	double shares[8]; /* of the first spins; then 0 */
	scripted_twist *twist;
	int fail_at; /* invocation that returns rc; -1 = none */
	int rc;
};

static inline int scripted_nothing(struct orders *orders)
{
	(void)orders;
	return 0;
}

static inline int64_t scripted_calibrate(void)
{
	return 777;
}

static const struct param scripted_params[] = {
	{"tasks", "", PARAM_COUNT, 1, 100000, 8, 64, NULL},
	{"wait", "", PARAM_DURATION, 0, 1000000000, 1000, 5000000, NULL},
	{"calibration", "", PARAM_COUNT, 1, 1000000, 1, 1, NULL},
	{NULL, NULL, PARAM_COUNT, 0, 0, 0, 0, NULL},
};

static const struct workload scripted_idle = {.name = "idle",
	.fitted_to = 64,
	.kind = "primitive",
	.operation = "one task alive and waiting",
	.params = scripted_params,
	.flags = WORKLOAD_NO_RATE | WORKLOAD_NO_LATENCY};
static const struct workload scripted_echo = {.name = "echo",
	.kind = "I/O",
	.operation = "one request on a kept connection",
	.params = scripted_params,
	.flags = WORKLOAD_SERVER,
	.load = scripted_nothing};
static const struct workload scripted_mixed = {.name = "mixed",
	.kind = "mixed",
	.operation = "one request: wait and compute",
	.latency_of = "light requests",
	.params = scripted_params,
	.calibrate = scripted_calibrate,
	.calibrated = 2};
static const struct workload *const scripted_workloads[] = {
	&scripted_idle, &scripted_echo, &scripted_mixed, NULL};

static const struct model scripted_models[] = {{.name = "sequential"}, {.name = "async"},
	{.name = "threads"}, {.name = "processes"}, {.name = NULL}};

/* -2 .. 2 per cent, by the number of the invocation. */
static inline double scripted_noise(int at)
{
	return 1 + 0.01 * ((at * 7 + at / 3) % 5 - 2);
}

static inline int scripted_model_index(const struct cell *cell)
{
	return (int)(cell->model - scripted_models);
}

static inline void scripted_time(
	const struct invocation_request *request, struct record *record, int at)
{
	static const double speeds[] = {1000, 80000, 60000, 79800};
	int model = scripted_model_index(request->cell);
	uint64_t per_round = (uint64_t)cell_tasks(request->cell) * 10;
	double rate = speeds[model] * scripted_noise(at);

	record->work.rounds =
		1 + (uint64_t)((double)request->window_ns / 1e9 * rate / (double)per_round);
	record->work.operations = record->work.rounds * per_round;
	record->work.tasks = (uint64_t)cell_tasks(request->cell);
	record->work.bytes = record->work.operations * 64;
	record->work.checksum = record->work.rounds * 0x9e3779b97f4a7c15u;
	record->window.ns = (uint64_t)((double)record->work.operations / rate * 1e9);
	record->window.cpu_ns = record->work.operations * (uint64_t)(4000 + 1000 * model);
	record->window.load_cpu_ns = record->work.operations * 1500;
	record->window.voluntary = record->work.operations * (uint64_t)model;
	record->window.involuntary = record->work.operations / 100;
	record->latency = calloc(1, sizeof(*record->latency));
	record->latency->present = 1;
	for (uint64_t i = 0; i < record->work.operations; i++) {
		uint64_t ns = 10000u * (uint64_t)(model + 1) + i * 97 % 5000;
		record->latency->closed.counts[histogram_bucket(ns)]++;
		record->latency->max_ns =
			ns > record->latency->max_ns ? ns : record->latency->max_ns;
	}
}

static inline void scripted_memory(
	const struct invocation_request *request, struct record *record, int at)
{
	int model = scripted_model_index(request->cell);
	double tasks = (double)cell_tasks(request->cell);

	record->memory.measured = 1;
	record->memory.settled = 1;
	record->memory.user_per_task = (model + 1) * 4096 * scripted_noise(at) + 1e5 / tasks;
	record->memory.kernel_per_task = model * 8192 + 2e5 / tasks;
	record->memory.peak = (int64_t)(tasks * record->memory.user_per_task);
	record->work.rounds = 1;
	record->work.tasks = (uint64_t)tasks;
}

static inline int scripted_invoke(
	struct executor *executor, const struct invocation_request *request, struct record *record)
{
	struct scripted *scripted = executor->state;
	int at = scripted->invocations++;

	scripted->last_window_ns = request->window_ns;
	scripted->last_deadline_ns = request->deadline_ns;
	if (scripted->fail_at == at)
		return scripted->rc;
	record->schema = RECORD_SCHEMA;
	record->kind = request->cell->kind;
	strcpy(record->workload, request->cell->workload->name);
	strcpy(record->model, request->cell->model->name);
	record->seed = request->seed;
	cell_params(request->cell, record->params, &record->params_count);
	record->place.padding = request->padding;
	if (record->kind == KIND_MEMORY)
		scripted_memory(request, record, at);
	else
		scripted_time(request, record, at);
	scripted->now_ns +=
		record->kind == KIND_MEMORY ? 2000000000 : record->window.ns + 100000000;
	if (scripted->twist != NULL)
		scripted->twist(scripted, at, record);
	return 0;
}

static inline int64_t scripted_calibration(struct executor *executor, const struct cell *cell)
{
	((struct scripted *)executor->state)->calibrations++;
	return cell->workload->calibrate();
}

static inline double scripted_spin(struct executor *executor, const cpu_set_t *cpus, double *waited)
{
	struct scripted *scripted = executor->state;
	int at = scripted->spins++;

	(void)cpus;
	if (waited != NULL)
		*waited = 0;
	scripted->now_ns += 10000000;
	return at < 8 ? scripted->shares[at] : 0;
}

static inline uint64_t scripted_now(struct executor *executor)
{
	return ((struct scripted *)executor->state)->now_ns;
}

static inline void scripted_init(struct scripted *scripted)
{
	memset(scripted, 0, sizeof(*scripted));
	scripted->executor = (struct executor){.invoke = scripted_invoke,
		.calibrate = scripted_calibration,
		.spin = scripted_spin,
		.now_ns = scripted_now,
		.state = scripted};
	scripted->fail_at = -1;
}

/* A header that does not depend on this machine. */
static inline void scripted_header(struct run_header *header, const struct run_plan *plan)
{
	memset(header, 0, sizeof(*header));
	header->concbench_run = RUN_FORMAT;
	strcpy(header->started, "2026-11-22T13:41:47Z");
	header->machine = (struct run_machine){.host = "paper",
		.cpu = "Paper CPU",
		.kernel = "Linux 6.18.0 x86_64",
		.hypervisor = "virtual",
		.cpus = 2,
		.cpus_allowed = "0-1",
		.memory_bytes = 8ll << 30};
	header->build = (struct run_build){.version = "0.1.0",
		.commit = "88d4e84",
		.mode = "release",
		.compiler = "cc 12",
		.flags = "-O2 -g",
		.binary_sha256 = "00"};
	header->limits = (struct run_limits){-1, 1024, 8 << 20, -1, 1000, 32768, 65530};
	header->seed = plan->seed;
	strcpy(header->effort, "quick");
	strcpy(header->command, "concbench run --effort quick --seed 42");
	header->planned = plan->steps_count;
	if (machine_add_workloads(header, plan) != 0)
		abort();
}

static inline void scripted_plan(struct run_plan *plan, const char *effort, const char *selector)
{
	char *selectors[] = {(char *)selector};
	char error[200];
	struct plan_request request = {.workloads = scripted_workloads,
		.models = scripted_models,
		.selectors = selectors,
		.selectors_count = selector != NULL,
		.effort = effort_find(effort),
		.seed = 42};

	CPU_SET(0, &request.placement.sut);
	CPU_SET(1, &request.placement.load);
	CPU_SET(0, &request.placement.alone);
	CPU_SET(1, &request.placement.alone);
	CPU_SET(0, &request.placement.one);
	if (plan_make(plan, &request, error, sizeof(error)) != 0)
		abort();
}

#endif
