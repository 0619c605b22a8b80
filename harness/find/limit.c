/*
 * The search for a limit: see limit.h.
 *
 * The first two steps are invocations of kind memory: they say what a task costs, and by that how
 * many the memory that may be used holds. Each step has sixteen times the tasks of the one before,
 * up to the lowest ceiling. Steps may be that coarse because a limit that is met is named at the
 * very task that could not be started; where the model starts all at once and cannot say which one,
 * the interval is halved. A step is over when all tasks are there: what they do then is not asked.
 */
#include "harness/find/limit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/find/watch.h"
#include "harness/measure/clock.h"
#include "harness/measure/draft.h"

enum { SHARED_PERCENT = 80, MEMORY_PERCENT = 50, PAGE = 4096 };
static const uint64_t second_ns = 1000000000u;
enum { STALL_S = 30, STALL_LEAST_S = 5, HALVINGS_MAX = 16, CLOSE_PARTS = 20 };

const struct limit_world limit_world = {invocation_run, limit_rooms, limit_own_rooms, clock_now_ns};

enum { CEILING_RAISE_MAX = 200 };

/* The lowest number of tasks that something forbids to go beyond, and what. */
struct ceiling {
	int64_t tasks;
	char what[96 + CEILING_RAISE_MAX];
};

/* Tasks of the kernel that one of ours takes. */
static bool is_kernel_task(const struct model *model)
{
	return (model->family == FAMILY_THREADS || model->family == FAMILY_PROCESSES) &&
	       model->kind != MODEL_INLINE;
}

static void lower(struct ceiling *ceiling, int64_t tasks, const struct limit_room *room)
{
	char raise[CEILING_RAISE_MAX] = "";

	if (tasks >= ceiling->tasks)
		return;
	ceiling->tasks = tasks < 0 ? 0 : tasks;
	if (room->is_memory)
		snprintf(ceiling->what, sizeof(ceiling->what), "%s, %d %% of what is free",
			strcmp(room->name, "MemTotal") == 0 ? "memory" : room->name,
			MEMORY_PERCENT);
	else if (limit_raise(room->name, room->most, raise, sizeof(raise)) == 0)
		snprintf(ceiling->what, sizeof(ceiling->what), "%s %" PRId64 " (raise it: %s)",
			room->name, room->most, raise);
}

/* What holds now, for tasks of so many bytes each, below a bound that has no name. */
static struct ceiling ceiling_of(const struct limit_world *world, const struct plan *plan,
	double bytes_per_task, int64_t bound)
{
	struct limit_room rooms[LIMIT_ROOMS_MAX];
	int count = world->rooms(rooms);
	struct ceiling ceiling = {.tasks = bound, .what = ""};

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

/* What one task takes of a limit that is a process's or a user's alone; 0: nothing. */
static int64_t own_share(const struct limit_room *room, const struct plan *plan)
{
	const struct model *model = plan->draft.model;

	if (strcmp(room->name, "RLIMIT_NOFILE") == 0)
		return (plan->draft.workload->flags & WORKLOAD_SERVER) != 0 ? 1 : 0;
	if (!is_kernel_task(model))
		return 0;
	if (strcmp(room->name, "vm.max_map_count") == 0)
		return model->family == FAMILY_THREADS ? 2 : 0; /* a stack and its guard */
	return 1;
}

/*
 * The limit that would stop the model next, where something else than a limit ended the search.
 * One's own limits may be used up, the shared ones as far as a search would go.
 */
static struct ceiling next_limit(
	const struct limit_world *world, const struct plan *plan, double bytes_per_task)
{
	struct ceiling next = ceiling_of(world, plan, bytes_per_task, INT64_MAX);
	struct limit_room rooms[LIMIT_ROOMS_MAX];
	int count = world->own_rooms(rooms);

	for (int i = 0; i < count; i++) {
		int64_t share = own_share(&rooms[i], plan);

		if (share > 0)
			lower(&next, (rooms[i].most - rooms[i].used) / share, &rooms[i]);
	}
	return next;
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

/*
 * "RLIMIT_NPROC 4096 reached at 4093 tasks", with how to raise it.
 *   Returns  true if that is where it was; false if the reason tells another number than one
 *            between those that were there and those that could not be.
 */
static bool tell_limit(struct limit_found *found, const char *reason, int64_t tried)
{
	const char *at = strstr(reason, " reached at ");
	char name[96], raise[CEILING_RAISE_MAX];
	int64_t reached;

	found->end = LIMIT_MET;
	snprintf(found->text, sizeof(found->text), "%.*s", RECORD_REASON_MAX, reason);
	if (at == NULL || sscanf(at, " reached at %" SCNd64, &reached) != 1)
		return true;
	snprintf(name, sizeof(name), "%.*s", (int)(at - reason), reason);
	char *value = strrchr(name, ' ');
	if (value != NULL) {
		*value++ = '\0';
		if (limit_raise(name, strtoll(value, NULL, 10), raise, sizeof(raise)) == 0)
			snprintf(found->text, sizeof(found->text), "%s %s (raise it: %s)", name,
				value, raise);
	}
	/* 0: the tasks were gone again when it was asked */
	if (reached == 0 || reached < found->tasks || reached >= tried)
		return false;
	found->tasks = reached;
	return true;
}

enum step_end { STEP_ALIVE, STEP_LIMIT, STEP_LIMIT_SOMEWHERE, STEP_OVER };

/* One step. The kernel's and the tasks' bytes, if measured. */
static enum step_end step(struct limit_found *found, const struct limit_world *world,
	const struct plan *plan, double *bytes_per_task)
{
	struct record record;
	enum step_end end = STEP_OVER;
	int rc = world->invoke(plan, &record, &found->signal);
	/* late, disturbed, too busy: the tasks were there, which is what is asked here */
	bool alive = rc == 0 && (record.status == STATUS_OK || record.status == STATUS_INVALID ||
					record.status == STATUS_DISTURBED);

	if (rc == 0 && record.status == STATUS_LIMIT) {
		end = tell_limit(found, record.reason, plan->draft.tasks) ? STEP_LIMIT
									  : STEP_LIMIT_SOMEWHERE;
	} else if (!alive) {
		/* no limit: what was there before stays true */
		found->end = found->tasks > 0 ? LIMIT_NOT_MET : LIMIT_NO_SEARCH;
		if (rc != 0)
			snprintf(found->text, sizeof(found->text), "%s", strerror(-rc));
		else if (record.status == STATUS_IMPOSSIBLE)
			snprintf(found->text, sizeof(found->text), "%s", record.reason);
		else
			snprintf(found->text, sizeof(found->text), "%s with %d tasks: %s",
				status_names[record.status], plan->draft.tasks, record.reason);
	} else {
		found->tasks = plan->draft.tasks;
		end = STEP_ALIVE;
	}
	if (bytes_per_task != NULL && rc == 0)
		*bytes_per_task = record.memory.user_per_task + record.memory.kernel_per_task;
	record_release(&record);
	return found->signal != 0 ? STEP_OVER : end;
}

/* Of "RLIMIT_NOFILE 20000 (raise it: …": 20000. */
static int64_t limit_value(const char *text)
{
	const char *end = strstr(text, " (");
	const char *at = end;

	while (at != NULL && at > text && at[-1] != ' ')
		at--;
	return at != NULL ? strtoll(at, NULL, 10) : 0;
}

/* A step with the time it takes. */
static enum step_end timed_step(struct limit_found *found, const struct limit_world *world,
	const struct plan *plan, struct watch *watch, double *bytes_per_task)
{
	uint64_t start_ns = world->now_ns();
	enum step_end end = step(found, world, plan, bytes_per_task);

	watch_note(watch, plan->draft.tasks, world->now_ns() - start_ns);
	return end;
}

/*
 * Between what was there and what could not be, to within 1 in CLOSE_PARTS, or as close as there is
 * time for.
 */
static void halve(struct limit_found *found, const struct limit_world *world, struct plan *plan,
	struct watch *watch, int64_t refused)
{
	size_t length;

	/* often a task takes one of what is limited: then it is just around the limit's value */
	int64_t value = limit_value(found->text);
	for (int i = 0; i < HALVINGS_MAX && refused - found->tasks > 1 &&
			refused - found->tasks > refused / CLOSE_PARTS;
		i++) {
		int64_t middle = found->tasks + (refused - found->tasks) / 2;
		int64_t guess = value + (i == 0 ? -value : value) / (3 * CLOSE_PARTS);

		if (i < 2 && guess > found->tasks && guess < refused)
			middle = guess;
		if (!watch_has_time(watch, world->now_ns(), middle))
			break;
		set_tasks(plan, middle);
		enum step_end end = timed_step(found, world, plan, watch, NULL);
		if (end == STEP_OVER || end == STEP_LIMIT)
			return;
		if (end == STEP_LIMIT_SOMEWHERE)
			refused = middle;
	}
	found->end = LIMIT_MET;
	length = strlen(found->text);
	snprintf(found->text + length, sizeof(found->text) - length, ", met below %" PRId64,
		refused);
}

/*
 * The next number of tasks; a step that would end short of the ceiling by less than half goes all
 * the way, but not the second, which tells where the ceiling is.
 */
static int64_t next_tasks(int64_t tasks, int64_t ceiling)
{
	int64_t next = tasks * LIMIT_GROWTH;
	int64_t short_of = tasks == LIMIT_FIRST_TASKS ? ceiling : ceiling / 2;

	return next < short_of ? next : ceiling;
}

/* What ended the search was no limit: what would be the next one, and where. */
static void tell_next(struct limit_found *found, const struct limit_world *world,
	const struct plan *plan, double bytes_per_task, const char *ended_by)
{
	struct ceiling next = next_limit(world, plan, bytes_per_task);

	found->end = LIMIT_NOT_MET;
	if (next.what[0] == '\0')
		snprintf(
			found->text, sizeof(found->text), "%s; no limit is known beyond", ended_by);
	else
		snprintf(found->text, sizeof(found->text), "%s; next: %s, at about %" PRId64,
			ended_by, next.what, next.tasks);
}

/* What is shared with others is not nothing: a page is the least a task is taken for. */
static double at_least_a_page(double bytes_per_task)
{
	return bytes_per_task < PAGE ? PAGE : bytes_per_task;
}

/*
 * The steps after the first, up to a limit, the ceiling or the end of the time. The second one
 * tells once more what a task costs: of 64 tasks it is mostly what they have in common.
 */
static void go_on(struct limit_found *found, const struct limit_world *world, struct plan *plan,
	struct watch *watch, double bytes_per_task)
{
	const struct workload *workload = plan->draft.workload;
	const struct param *tasks = &workload->params[workload->concurrency];
	struct ceiling ceiling = ceiling_of(world, plan, bytes_per_task, tasks->max);
	char ended_by[RECORD_REASON_MAX];

	while (found->tasks < ceiling.tasks) {
		int64_t tried =
			watch_fit(watch, world->now_ns(), next_tasks(found->tasks, ceiling.tasks));
		/* what 64 tasks take says little of what a task takes */
		if (tried == 0 && found->tasks == LIMIT_FIRST_TASKS &&
			world->now_ns() < watch->until_ns)
			tried = next_tasks(found->tasks, ceiling.tasks);
		if (tried == 0) {
			snprintf(ended_by, sizeof(ended_by), "the time of a search of all");
			tell_next(found, world, plan, bytes_per_task, ended_by);
			return;
		}
		bool tells = found->tasks == LIMIT_FIRST_TASKS &&
			     tried <= LIMIT_FIRST_TASKS * LIMIT_GROWTH;
		plan->draft.kind = tells ? KIND_MEMORY : KIND_TIME;
		set_tasks(plan, tried);
		enum step_end end =
			timed_step(found, world, plan, watch, tells ? &bytes_per_task : NULL);
		bytes_per_task = at_least_a_page(bytes_per_task);
		if (end == STEP_LIMIT_SOMEWHERE)
			halve(found, world, plan, watch, tried);
		if (end == STEP_OVER && found->end == LIMIT_NOT_MET && found->signal == 0) {
			snprintf(ended_by, sizeof(ended_by), "%.*s", (int)sizeof(ended_by) - 1,
				found->text);
			tell_next(found, world, plan, bytes_per_task, ended_by);
		}
		if (end != STEP_ALIVE)
			return;
		/* others come and go meanwhile */
		struct ceiling now = ceiling_of(world, plan, bytes_per_task, tasks->max);
		if (tells || now.tasks < ceiling.tasks)
			ceiling = now;
	}
	found->end = LIMIT_NOT_MET;
	if (ceiling.what[0] != '\0') {
		snprintf(found->text, sizeof(found->text), "next: %s", ceiling.what);
		return;
	}
	snprintf(ended_by, sizeof(ended_by), "the workload's own bound of %s", tasks->name);
	tell_next(found, world, plan, bytes_per_task, ended_by);
}

void limit_find(struct limit_found *found, const struct limit_world *world,
	const struct workload *workload, const struct model *model, uint64_t time_ns)
{
	const char *const no_params[] = {NULL};
	double bytes_per_task = 0;
	struct watch watch = {.until_ns = time_ns != 0 ? world->now_ns() + time_ns : 0};
	struct plan plan;

	*found = (struct limit_found){.end = LIMIT_NO_SEARCH};
	if (draft_plan(&plan, workload, model->name, KIND_MEMORY, no_params) != 0) {
		snprintf(found->text, sizeof(found->text), "it cannot be planned");
		return;
	}
	plan.draft.window_ns = 1; /* one round, where a step has rounds at all */
	plan.until_ready = (workload->flags & (WORKLOAD_MEET | WORKLOAD_SERVER)) != 0;
	plan.settle_ns = 0; /* what a task costs need only be roughly known */
	plan.stall_ns = STALL_S * second_ns;
	if (time_ns != 0 && time_ns < plan.stall_ns)
		plan.stall_ns =
			time_ns > STALL_LEAST_S * second_ns ? time_ns : STALL_LEAST_S * second_ns;
	set_tasks(&plan, LIMIT_FIRST_TASKS);
	enum step_end first = timed_step(found, world, &plan, &watch, &bytes_per_task);
	if (first == STEP_LIMIT_SOMEWHERE)
		halve(found, world, &plan, &watch, LIMIT_FIRST_TASKS);
	if (first != STEP_ALIVE)
		return;
	go_on(found, world, &plan, &watch, at_least_a_page(bytes_per_task));
}
