/*
 * Cases of concbench.h as rows of the table of workloads. See own.h.
 */
#include "harness/own/own.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { OWN_TASKS, OWN_OPERATIONS, OWN_PARAMS };
enum { OPERATIONS_DEFAULT = 10000, NAME_MAX_BYTES = 40, SMOKE_PARTS = 10 };

/* A workload, and the case it was made of. */
struct own {
	struct workload workload;
	const struct concbench_case *given;
	struct param params[OWN_PARAMS + 1];
};

static struct own owns[CONCBENCH_CASES_MAX + 1];
static const struct workload *table[CONCBENCH_CASES_MAX + 2];

static uint64_t do_nothing(struct concbench_task *task)
{
	(void)task;
	return 0;
}

static const struct concbench_case nothing = {.name = "nothing",
	.summary = "what the harness itself adds to an operation of a case",
	.operation = "one operation that is not done",
	.run = do_nothing};

static const struct concbench_case *case_of(const struct workload *workload)
{
	return ((const struct own *)(const void *)workload)->given;
}

static concbench_fn *function_of(const struct workload *workload, const struct model *model)
{
	const struct concbench_case *given = case_of(workload);

	if (model->kind == MODEL_INLINE)
		return given->run;
	switch (model->family) {
	case FAMILY_ASYNC:
		return given->async;
	case FAMILY_THREADS:
		return given->threads;
	case FAMILY_PROCESSES:
		return given->processes;
	case FAMILY_STACKLESS:
	case FAMILIES:
		break;
	}
	return NULL;
}

static bool own_offers(const struct workload *workload, const struct model *model)
{
	return function_of(workload, model) != NULL;
}

static int own_task(void *arg)
{
	struct slot *slot = arg;
	const struct orders *orders = slot->orders;
	concbench_fn *fn = function_of(orders->workload, orders->model);
	struct concbench_task task = {.operations = (uint64_t)orders->values[OWN_OPERATIONS],
		.index = slot->index,
		.tasks = orders->tasks,
		.seed = orders->seed,
		.data = orders->shared};

	while (slot_round(slot)) {
		task.bytes = 0;
		uint64_t checksum = fn(&task);
		slot_count(slot, task.operations, task.bytes, checksum);
		slot_chunk(slot, task.operations, slot_begin(slot));
	}
	return slot_result(slot);
}

static int own_run(struct orders *orders)
{
	return crew_run(orders, own_task);
}

static int own_prepare(struct orders *orders)
{
	const struct concbench_case *given = case_of(orders->workload);

	if (given->setup == NULL)
		return 0;
	orders->shared = given->setup(orders->seed, orders->tasks);
	if (orders->shared != NULL)
		return 0;
	orders_verdict(orders, STATUS_FAILED, "setup of %s returned NULL", given->name);
	return -ECANCELED;
}

static void own_finish(struct orders *orders)
{
	const struct concbench_case *given = case_of(orders->workload);

	if (given->teardown != NULL && orders->shared != NULL)
		given->teardown(orders->shared);
	orders->shared = NULL;
}

static void fill_params(struct own *own)
{
	const struct concbench_case *given = own->given;
	int64_t operations =
		given->operations != 0 ? (int64_t)given->operations : OPERATIONS_DEFAULT;
	int64_t tasks = given->tasks != 0 ? given->tasks : 1;
	int64_t few = operations / SMOKE_PARTS;

	own->params[OWN_TASKS] = (struct param){"tasks", "tasks that work at the same time",
		PARAM_COUNT, 1, 100000, tasks, tasks, NULL};
	own->params[OWN_OPERATIONS] =
		(struct param){"operations", "operations of a task in a round", PARAM_COUNT, 1,
			INT64_MAX / 2, few > 0 ? few : 1, operations, NULL};
}

static void fill(struct own *own, const struct concbench_case *given)
{
	const char *operation = given->operation != NULL ? given->operation : "one operation";

	own->given = given;
	fill_params(own);
	own->workload = (struct workload){.name = given->name,
		.summary = given->summary != NULL ? given->summary : operation,
		.kind = "own",
		.operation = operation,
		.params = own->params,
		.concurrency = OWN_TASKS,
		.flags = WORKLOAD_NO_LATENCY | WORKLOAD_FAULTS | WORKLOAD_OWN,
		.pool = POOL_CPUS,
		.prepare = own_prepare,
		.finish = own_finish,
		.offers = own_offers,
		.run = {[FAMILY_ASYNC] = own_run,
			[FAMILY_THREADS] = own_run,
			[FAMILY_PROCESSES] = own_run},
		.why_not = {[FAMILY_STACKLESS] = "not written for this family"}};
}

static bool is_name(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length < NAME_MAX_BYTES &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") ==
		       length &&
	       name[0] != '-' && name[0] != '.';
}

/* What is wrong with a case, NULL if nothing. */
static const char *fault_of(const struct concbench_case *cases, int i)
{
	const struct concbench_case *given = &cases[i];

	if (!is_name(given->name))
		return "a name is 1 to 39 letters, digits, '-' or '.', and begins with no sign";
	if (strcmp(given->name, nothing.name) == 0)
		return "this name is taken: it is the harness's own share";
	for (int j = 0; j < i; j++)
		if (strcmp(given->name, cases[j].name) == 0)
			return "there is another one of this name";
	if (given->run == NULL && given->async == NULL && given->threads == NULL &&
		given->processes == NULL)
		return "it has no function";
	if (given->operations > INT64_MAX / 2 || given->tasks < 0 || given->tasks > 100000)
		return "operations or tasks are out of range";
	return NULL;
}

const struct workload *const *own_workloads(
	const struct concbench_case *cases, char *error, size_t error_bytes)
{
	int count = 0;

	for (; cases[count].name != NULL; count++) {
		const char *fault = count == CONCBENCH_CASES_MAX
					    ? "more cases than there is room for"
					    : fault_of(cases, count);
		if (fault != NULL) {
			snprintf(error, error_bytes, "case '%.60s': %s", cases[count].name, fault);
			return NULL;
		}
		fill(&owns[count], &cases[count]);
		table[count] = &owns[count].workload;
	}
	fill(&owns[count], &nothing);
	table[count] = &owns[count].workload;
	table[count + 1] = NULL;
	return table;
}
