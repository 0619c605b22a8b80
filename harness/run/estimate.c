/*
 * What a plan will take, before it runs; see run.h.
 */
#include "harness/run/run.h"

enum { MS = 1000000, KIB = 1024 };

/* Beside its window: process start, preparation, warm-up. Memory: also the wait for a calm
 * baseline. */
static const uint64_t beside_ns[KINDS] = {150 * MS, 2500ull * MS, 300 * MS};

/* Resident bytes per task with the kernel's side, rounded up. */
static const uint64_t task_bytes[FAMILIES] = {
	[FAMILY_ASYNC] = 24 * KIB,
	[FAMILY_STACKLESS] = 2 * KIB,
	[FAMILY_THREADS] = 40 * KIB,
	[FAMILY_PROCESSES] = 256 * KIB,
};

static uint64_t memory_of(const struct cell *cell)
{
	struct orders orders = {
		.workload = cell->workload, .model = cell->model, .kind = cell->kind};
	int64_t tasks = cell_tasks(cell);
	uint64_t bytes = 0;

	for (int i = 0; i < PARAMS_MAX; i++)
		orders.values[i] = cell->values[i];
	for (int i = 0; i < COMMON_PARAMS; i++)
		orders.common[i] = cell->common[i];
	orders.tasks = (int)tasks;
	if (cell->workload->arena_bytes != NULL)
		bytes = cell->workload->arena_bytes(&orders);
	int live = model_capacity(cell->model, (int)cell->common[COMMON_POOL], orders.tasks);
	return bytes + (uint64_t)live * task_bytes[cell->model->family];
}

struct run_estimate run_estimate(
	const struct run_plan *plan, const struct effort *effort, uint64_t budget_ns)
{
	struct run_estimate estimate = {.invocations = plan->steps_count};

	for (int i = 0; i < plan->steps_count; i++) {
		const struct cell *cell = &plan->cells[plan->steps[i].cell];
		estimate.duration_ns += beside_ns[cell->kind];
		if (cell->workload->course_ns != NULL)
			estimate.duration_ns += cell->workload->course_ns(cell->values);
		else if (cell->kind != KIND_MEMORY)
			estimate.duration_ns += effort->window_max_ns;
	}
	for (int i = 0; i < plan->cells_count; i++)
		if (plan->cells[i].kind == KIND_MEMORY)
			estimate.more += effort->memory_more;
	estimate.more_ns = (uint64_t)estimate.more * beside_ns[KIND_MEMORY];
	if (budget_ns > 0 && estimate.duration_ns + estimate.more_ns > budget_ns)
		estimate.more_ns =
			budget_ns > estimate.duration_ns ? budget_ns - estimate.duration_ns : 0;
	if (budget_ns > 0 && estimate.duration_ns > budget_ns)
		estimate.duration_ns = budget_ns;
	for (int i = 0; i < plan->cells_count; i++) {
		uint64_t bytes = memory_of(&plan->cells[i]);
		if (bytes > estimate.memory_bytes) {
			estimate.memory_bytes = bytes;
			estimate.largest = &plan->cells[i];
		}
	}
	return estimate;
}
