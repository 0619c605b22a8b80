/*
 * The search for a limit: see limit.h.
 *
 * The first step is an invocation of kind memory: it says what a task costs, and by that how many
 * the memory that may be used holds. Then each step has four times the tasks of the one before, up
 * to the lowest ceiling. Steps may be that coarse because a limit that is met is named at the very
 * task that could not be started.
 */
#include "harness/find/limit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/measure/draft.h"

enum { FIRST_TASKS = 64, GROWTH = 4, SHARED_PERCENT = 80, MEMORY_PERCENT = 50, PAGE = 4096 };
enum { WINDOW_NS = 5 * 1000 * 1000, STALL_S = 120 };

const struct limit_world limit_world = {invocation_run, limit_rooms};

/* The lowest number of tasks that something forbids to go beyond, and what. */
struct ceiling {
	int64_t tasks;
	char what[96];
};

/* Tasks of the kernel that one of ours takes. */
static bool is_kernel_task(const struct model *model)
{
	return (model->family == FAMILY_THREADS || model->family == FAMILY_PROCESSES) &&
	       model->kind != MODEL_INLINE;
}

static void lower(struct ceiling *ceiling, int64_t tasks, const struct limit_room *room)
{
	if (tasks >= ceiling->tasks)
		return;
	ceiling->tasks = tasks < 0 ? 0 : tasks;
	if (room->is_memory)
		snprintf(ceiling->what, sizeof(ceiling->what), "memory, %d %% of what is free",
			MEMORY_PERCENT);
	else
		snprintf(ceiling->what, sizeof(ceiling->what), "%s %" PRId64, room->name,
			room->most);
}

/* What holds now, for tasks of so many bytes each. */
static struct ceiling ceiling_of(
	const struct limit_world *world, const struct plan *plan, double bytes_per_task)
{
	const struct workload *workload = plan->draft.workload;
	const struct param *tasks = &workload->params[workload->concurrency];
	struct limit_room rooms[LIMIT_ROOMS_MAX];
	int count = world->rooms(rooms);
	struct ceiling ceiling = {.tasks = tasks->max};

	snprintf(ceiling.what, sizeof(ceiling.what), "the workload's own bound of %s", tasks->name);
	for (int i = 0; i < count; i++) {
		double room = (double)(rooms[i].most - rooms[i].used);

		if (rooms[i].is_memory)
			lower(&ceiling, (int64_t)(room * MEMORY_PERCENT / 100 / bytes_per_task),
				&rooms[i]);
		else if (is_kernel_task(plan->draft.model))
			lower(&ceiling, rooms[i].most * SHARED_PERCENT / 100 - rooms[i].used,
				&rooms[i]);
	}
	return ceiling;
}

static void set_tasks(struct plan *plan, int64_t tasks)
{
	struct orders *draft = &plan->draft;

	draft->tasks = (int)tasks;
	draft->values[draft->workload->concurrency] = tasks;
	if (draft->model->kind != MODEL_POOL)
		return;
	if (draft->workload->pool == POOL_TASKS)
		draft->common[COMMON_POOL] = tasks;
	else
		draft->common[COMMON_POOL] = draft->workload->pool == POOL_CPUS
						     ? CPU_COUNT(&draft->sut_cpus)
						     : draft->workload->pool;
}

/* "RLIMIT_NPROC 4096 reached at 4093 tasks", with how to raise it. */
static void tell_limit(struct limit_found *found, const char *reason, int64_t tasks)
{
	const char *at = strstr(reason, " reached at ");
	char name[64];
	int64_t reached;

	found->end = LIMIT_MET;
	found->tasks = tasks;
	snprintf(found->text, sizeof(found->text), "%.*s", RECORD_REASON_MAX, reason);
	if (at == NULL || sscanf(at, " reached at %" SCNd64, &reached) != 1)
		return;
	found->tasks = reached;
	snprintf(name, sizeof(name), "%.*s", (int)(at - reason), reason);
	char *value = strrchr(name, ' ');
	if (value == NULL)
		return;
	*value = '\0';
	const char *raise = limit_raise(name);
	if (raise != NULL)
		snprintf(found->text, sizeof(found->text), "%s %s (raise it: %s)", name, value + 1,
			raise);
}

/* One step; true when so many tasks were alive. The kernel's and the tasks' bytes, if measured. */
static bool step(struct limit_found *found, const struct limit_world *world,
	const struct plan *plan, double *bytes_per_task)
{
	struct record record;
	int rc = world->invoke(plan, &record, &found->signal);
	/* late, disturbed, too busy: the tasks were there, which is what is asked here */
	bool alive = rc == 0 && (record.status == STATUS_OK || record.status == STATUS_INVALID ||
					record.status == STATUS_DISTURBED);

	if (rc != 0) {
		found->end = LIMIT_NO_SEARCH;
		snprintf(found->text, sizeof(found->text), "%s", strerror(-rc));
	} else if (record.status == STATUS_LIMIT) {
		tell_limit(found, record.reason, found->tasks);
	} else if (!alive) {
		found->end = LIMIT_NO_SEARCH;
		snprintf(found->text, sizeof(found->text), "%s with %d tasks: %s",
			status_names[record.status], plan->draft.tasks, record.reason);
		if (record.status == STATUS_IMPOSSIBLE)
			snprintf(found->text, sizeof(found->text), "%s", record.reason);
	}
	if (alive)
		found->tasks = plan->draft.tasks;
	if (bytes_per_task != NULL && rc == 0)
		*bytes_per_task = record.memory.user_per_task + record.memory.kernel_per_task;
	record_release(&record);
	return alive && found->signal == 0;
}

void limit_find(struct limit_found *found, const struct limit_world *world,
	const struct workload *workload, const struct model *model)
{
	const char *const no_params[] = {NULL};
	double bytes_per_task = 0;
	struct plan plan;

	*found = (struct limit_found){.end = LIMIT_NO_SEARCH};
	if (draft_plan(&plan, workload, model->name, KIND_MEMORY, no_params) != 0) {
		snprintf(found->text, sizeof(found->text), "it cannot be planned");
		return;
	}
	plan.draft.window_ns = WINDOW_NS;
	plan.settle_ns = 0; /* what a task costs need only be roughly known */
	plan.stall_ns = STALL_S * 1000000000ull;
	set_tasks(&plan, FIRST_TASKS);
	if (!step(found, world, &plan, &bytes_per_task))
		return;
	plan.draft.kind = KIND_TIME;
	/* what is shared with others is not nothing: a page is the least a task is taken for */
	if (bytes_per_task < PAGE)
		bytes_per_task = PAGE;
	struct ceiling ceiling = ceiling_of(world, &plan, bytes_per_task);
	while (found->tasks < ceiling.tasks) {
		int64_t next = found->tasks * GROWTH;

		set_tasks(&plan, next < ceiling.tasks ? next : ceiling.tasks);
		if (!step(found, world, &plan, NULL))
			return;
		/* others come and go meanwhile */
		struct ceiling now = ceiling_of(world, &plan, bytes_per_task);
		if (now.tasks < ceiling.tasks)
			ceiling = now;
	}
	found->end = LIMIT_NOT_MET;
	snprintf(found->text, sizeof(found->text), "next: %s", ceiling.what);
}
