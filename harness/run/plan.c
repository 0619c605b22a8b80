#include "harness/run/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/params.h"

enum { COMBINATIONS_MAX = 4096 };

/* What is being built, and where its message goes. */
struct planning {
	struct run_plan *plan;
	const struct plan_request *request;
	char *error;
	size_t error_bytes;
	int cells_room, groups_room;
};

/* A parameter with the values it takes in turn. */
struct axis {
	int index; /* in the workload's table; common ones follow after PARAMS_MAX */
	int count;
	int64_t values[SWEEP_VALUES_MAX];
};

struct axes {
	struct axis axis[SWEEPS_MAX + 1];
	int count;
};

static int refuse(
	const struct planning *planning, const char *what, const char *name, const char *near)
{
	snprintf(planning->error, planning->error_bytes, "there is no %s '%.60s'%s%s%s", what, name,
		near == NULL ? "" : "; did you mean ", near == NULL ? "" : near,
		near == NULL ? "" : "?");
	return -EINVAL;
}

static bool listed(const char *const *names, const char *name)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static bool matches(const char *selector, const char *workload, const char *model)
{
	size_t bytes = strcspn(selector, "/");

	if (strncmp(selector, workload, bytes) != 0 || workload[bytes] != '\0')
		return false;
	return model == NULL || selector[bytes] == '\0' || strcmp(selector + bytes + 1, model) == 0;
}

/* One of the program's own: there is no shorter list of them. */
static bool is_own(const struct plan_request *request, const char *name)
{
	for (int i = 0; request->workloads[i] != NULL; i++)
		if (strcmp(request->workloads[i]->name, name) == 0)
			return (request->workloads[i]->flags & WORKLOAD_OWN) != 0;
	return false;
}

/* Does any selector name this workload, and where model is given, this cell? */
static bool selected(const struct plan_request *request, const char *workload, const char *model)
{
	bool everything = request->effort->everything;

	if (request->selectors_count == 0)
		return everything ||
		       ((listed(quick_workloads, workload) || is_own(request, workload)) &&
			       (model == NULL || listed(quick_models, model)));
	for (int i = 0; i < request->selectors_count; i++) {
		const char *selector = request->selectors[i];
		/* a workload alone stands for the models of this effort */
		if (matches(selector, workload, model) &&
			(model == NULL || strchr(selector, '/') != NULL || everything ||
				listed(quick_models, model)))
			return true;
	}
	return false;
}

static int check_selectors(const struct planning *planning)
{
	const struct plan_request *request = planning->request;
	const char *workloads_names[WORKLOADS_MAX + 1] = {0}, *models_names[MODELS_MAX + 1] = {0};

	for (int i = 0; request->workloads[i] != NULL && i < WORKLOADS_MAX; i++)
		workloads_names[i] = request->workloads[i]->name;
	for (int i = 0; request->models[i].name != NULL && i < MODELS_MAX; i++)
		models_names[i] = request->models[i].name;
	for (int i = 0; i < request->selectors_count; i++) {
		char workload[64];
		const char *slash = strchr(request->selectors[i], '/');
		snprintf(workload, sizeof(workload), "%.*s",
			(int)strcspn(request->selectors[i], "/"), request->selectors[i]);
		if (!listed(workloads_names, workload))
			return refuse(planning, "workload", workload,
				nearest_name(workload, workloads_names));
		if (slash != NULL && !listed(models_names, slash + 1))
			return refuse(planning, "model", slash + 1,
				nearest_name(slash + 1, models_names));
	}
	return 0;
}

static int param_index(const struct workload *workload, const char *name)
{
	for (int i = 0; workload->params[i].name != NULL; i++)
		if (strcmp(workload->params[i].name, name) == 0)
			return i;
	for (int i = 0; i < COMMON_PARAMS; i++)
		if (strcmp(common_params[i].name, name) == 0)
			return PARAMS_MAX + i;
	return -1;
}

static const struct param *param_at(const struct workload *workload, int index)
{
	return index < PARAMS_MAX ? &workload->params[index] : &common_params[index - PARAMS_MAX];
}

static int add_axis(const struct planning *planning, const struct workload *workload, int index,
	const char *values, struct axes *axes)
{
	struct axis *axis = &axes->axis[axes->count++];

	axis->index = index;
	axis->count = sweep_values(param_at(workload, index), values, axis->values, planning->error,
		planning->error_bytes);
	return axis->count < 0 ? axis->count : 0;
}

/* The axes of one workload: what -p and -c say about parameters it has. */
static int find_axes(
	const struct planning *planning, const struct workload *workload, struct axes *axes)
{
	const struct plan_request *request = planning->request;
	size_t combinations = 1;
	int rc = 0;

	axes->count = 0;
	for (int i = 0; i < request->sweeps_count && rc == 0; i++) {
		int index = param_index(workload, request->sweeps[i].name);
		if (index >= 0)
			rc = add_axis(planning, workload, index, request->sweeps[i].values, axes);
	}
	if (request->concurrency != NULL && rc == 0)
		rc = add_axis(
			planning, workload, workload->concurrency, request->concurrency, axes);
	for (int i = 0; i < axes->count && rc == 0; i++) {
		combinations *= (size_t)axes->axis[i].count;
		for (int j = 0; j < i; j++) {
			if (axes->axis[i].index != axes->axis[j].index)
				continue;
			snprintf(planning->error, planning->error_bytes, "%s is given twice",
				param_at(workload, axes->axis[i].index)->name);
			return -EINVAL;
		}
		if (combinations > COMBINATIONS_MAX) {
			snprintf(planning->error, planning->error_bytes,
				"%s: more than %d combinations of parameters", workload->name,
				COMBINATIONS_MAX);
			return -EINVAL;
		}
	}
	return rc;
}

/* A name in -p that no selected workload knows is a typo. */
static int check_sweeps(const struct planning *planning)
{
	const struct plan_request *request = planning->request;

	for (int i = 0; i < request->sweeps_count; i++) {
		const char *names[PARAMS_MAX * WORKLOADS_MAX + COMMON_PARAMS + 1] = {0};
		int count = 0;
		bool known = false;
		for (int w = 0; request->workloads[w] != NULL; w++) {
			const struct workload *workload = request->workloads[w];
			if (!selected(request, workload->name, NULL))
				continue;
			known = known || param_index(workload, request->sweeps[i].name) >= 0;
			for (int p = 0; workload->params[p].name != NULL; p++)
				names[count++] = workload->params[p].name;
		}
		for (int p = 0; p < COMMON_PARAMS; p++)
			names[count++] = common_params[p].name;
		if (!known)
			return refuse(planning, "parameter", request->sweeps[i].name,
				nearest_name(request->sweeps[i].name, names));
	}
	return 0;
}

static int grow(void **array, int *room, int count, size_t bytes)
{
	if (count < *room)
		return 0;
	int more = *room == 0 ? 64 : *room * 2;
	void *grown = realloc(*array, (size_t)more * bytes);
	if (grown == NULL)
		return -ENOMEM;
	*array = grown;
	*room = more;
	return 0;
}

/* Adds the group of all selected models with the values of `base`. */
static int add_group(struct planning *planning, const struct cell *base, int blocks, bool mirror)
{
	const struct plan_request *request = planning->request;
	struct run_plan *plan = planning->plan;
	int rc = grow((void **)&plan->groups, &planning->groups_room, plan->groups_count,
		sizeof(*plan->groups));
	struct group group = {.first = plan->cells_count, .blocks = blocks, .mirror = mirror};

	for (int m = 0; request->models[m].name != NULL && rc == 0; m++) {
		const char *guest = request->programs != NULL ? request->programs[m] : NULL;
		const struct workload *workload = base->workload;
		/* a guest named on the command line takes part in every workload of the run */
		if (guest == NULL &&
			(!selected(request, workload->name, request->models[m].name) ||
				(workload->offers != NULL &&
					!workload->offers(workload, &request->models[m]))))
			continue;
		rc = grow((void **)&plan->cells, &planning->cells_room, plan->cells_count,
			sizeof(*plan->cells));
		if (rc != 0)
			break;
		struct cell *cell = &plan->cells[plan->cells_count++];
		*cell = *base;
		cell->model = &request->models[m];
		cell->guest = guest;
		cell->refusal = request->refusals != NULL ? request->refusals[m] : NULL;
		cell->group = plan->groups_count;
		group.count++;
	}
	if (rc == 0 && group.count > 0)
		plan->groups[plan->groups_count++] = group;
	return rc;
}

static bool concurrency_given(const struct workload *workload, const struct axes *axes)
{
	for (int i = 0; i < axes->count; i++)
		if (axes->axis[i].index == workload->concurrency)
			return true;
	return false;
}

/* Memory per task is a slope over N: sizes are halves, quarters, … of the largest one, and the
 * usual. */
static int add_memory(struct planning *planning, struct cell cell, bool given)
{
	const struct effort *effort = planning->request->effort;
	const struct workload *workload = cell.workload;
	bool idle = strcmp(workload->name, "idle") == 0;
	int64_t usual = cell.values[workload->concurrency], largest = usual;
	int64_t smallest = workload->params[workload->concurrency].min;
	int sizes = workload->fitted_to > 0 && !given ? effort->memory_sizes : 1;
	int rc = 0;

	if (!idle && !effort->everything)
		return 0;
	/* a course ends servers and begins others: no point of it is that of its tasks alone */
	if (workload->course_ns != NULL)
		return 0;
	cell.kind = KIND_MEMORY;
	if (sizes > 1 && !effort->smoke_sizes && workload->fitted_to > usual) {
		largest = workload->fitted_to;
		rc = add_group(planning, &cell, effort->memory_blocks, false);
		sizes--;
	}
	for (int i = sizes - 1; i >= 0 && rc == 0; i--) {
		/* two sizes lie a factor of four apart, more of them two */
		int64_t tasks = largest >> (effort->memory_sizes == 2 ? 2 * i : i);
		cell.values[workload->concurrency] = tasks < smallest ? smallest : tasks;
		rc = add_group(planning, &cell, effort->memory_blocks, false);
	}
	return rc;
}

/* All groups of one combination of parameters. */
static int add_combination(struct planning *planning, struct cell *cell, bool given)
{
	const struct effort *effort = planning->request->effort;
	const struct placement *placement = &planning->request->placement;
	bool loaded = cell->workload->load != NULL;

	cell->kind = KIND_TIME;
	cell->sut = loaded ? placement->sut : placement->alone;
	if (loaded)
		cell->load = placement->load;
	int rc = add_group(planning, cell, effort->blocks, effort->mirror);
	if (rc == 0)
		rc = add_memory(planning, *cell, given);
	for (int i = 0; i < placement->sizes_count && !loaded && rc == 0; i++) {
		if (placement->sizes[i] >= CPU_COUNT(&placement->alone))
			continue;
		placement_first(&cell->sut, &placement->alone, (int)placement->sizes[i]);
		rc = add_group(planning, cell, effort->blocks, effort->mirror);
	}
	if (rc == 0 && effort->everything && !loaded && placement->sizes_count == 0 &&
		CPU_COUNT(&placement->alone) > 1) {
		cell->sut = placement->one;
		rc = add_group(planning, cell, effort->blocks, effort->mirror);
	}
	return rc;
}

static void set_defaults(struct cell *cell, const struct workload *workload, bool smoke)
{
	memset(cell, 0, sizeof(*cell));
	cell->workload = workload;
	for (int i = 0; workload->params[i].name != NULL; i++)
		cell->values[i] = smoke ? workload->params[i].smoke : workload->params[i].usual;
	for (int i = 0; i < COMMON_PARAMS; i++)
		cell->common[i] = smoke ? common_params[i].smoke : common_params[i].usual;
}

static int add_workload(struct planning *planning, const struct workload *workload)
{
	struct axes *axes = calloc(1, sizeof(*axes));
	int at[SWEEPS_MAX + 1] = {0};
	struct cell cell;
	int rc = axes == NULL ? -ENOMEM : find_axes(planning, workload, axes);

	for (int more = rc == 0; more && rc == 0;) {
		set_defaults(&cell, workload, planning->request->effort->smoke_sizes);
		for (int i = 0; i < axes->count; i++) {
			int index = axes->axis[i].index;
			int64_t value = axes->axis[i].values[at[i]];
			if (index < PARAMS_MAX)
				cell.values[index] = value;
			else
				cell.common[index - PARAMS_MAX] = value;
			if (index >= PARAMS_MAX)
				cell.common_given[index - PARAMS_MAX] = true;
		}
		rc = add_combination(planning, &cell, concurrency_given(workload, axes));
		/* the odometer: the last axis turns fastest */
		more = 0;
		for (int i = axes->count - 1; i >= 0 && !more; i--) {
			at[i] = (at[i] + 1) % axes->axis[i].count;
			more = at[i] != 0;
		}
	}
	free(axes);
	return rc;
}

int plan_make(
	struct run_plan *plan, const struct plan_request *request, char *error, size_t error_bytes)
{
	struct planning planning = {
		.plan = plan, .request = request, .error = error, .error_bytes = error_bytes};

	memset(plan, 0, sizeof(*plan));
	plan->seed = request->seed;
	int rc = check_selectors(&planning);
	if (rc == 0)
		rc = check_sweeps(&planning);
	for (int w = 0; request->workloads[w] != NULL && rc == 0; w++)
		if (selected(request, request->workloads[w]->name, NULL))
			rc = add_workload(&planning, request->workloads[w]);
	return rc == 0 ? schedule_make(plan) : rc;
}

void plan_free(struct run_plan *plan)
{
	free(plan->cells);
	free(plan->groups);
	free(plan->steps);
	memset(plan, 0, sizeof(*plan));
}

int64_t cell_tasks(const struct cell *cell)
{
	return cell->values[cell->workload->concurrency];
}
