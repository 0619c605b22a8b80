/*
 * Workloads whose every step is scripted, for tests of the invocation: what each task does is known
 * to the digit, and a chosen one can fail, die, hang or leave in a chosen phase.
 *
 * Included by one file of a test program: it defines the table of workloads.
 */
#ifndef CONCBENCH_TESTS_HARNESS_MEASURE_SCRIPTED_H
#define CONCBENCH_TESTS_HARNESS_MEASURE_SCRIPTED_H

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/measure/supervisor.h"

/* From PIDS on: the processes that the tasks are in, where somebody asks. */
enum scripted_param { TASKS, OPERATIONS, WAIT, TROUBLE, PHASE, VICTIM, PIDS };

enum trouble {
	TROUBLE_NONE,
	TROUBLE_ERROR,     /* the task returns -EIO */
	TROUBLE_DEATH,     /* its process is killed */
	TROUBLE_LEAVE,     /* it returns 0 too early */
	TROUBLE_HANG,      /* it never comes back */
	TROUBLE_INTERRUPT, /* it sends SIGTERM to the supervisor */
	TROUBLE_LOAD_DEATH,
	TROUBLE_DESCRIPTORS, /* it opens descriptors until it cannot */
	TROUBLE_MISCOUNT,    /* a server counts what it did not serve */
	TROUBLE_WRONG,       /* the load process finds a wrong reply */
	TROUBLE_ROOT_DEATH,
	TROUBLE_IDLE_DEATH, /* it kills the workers of its pool that have no task */
	TROUBLE_ORPHAN,     /* it leaves a grandchild behind that ignores everything */
	TROUBLE_BEREFT,     /* its process is killed, and all others wait for it for ever */
	TROUBLES
};

static const struct param scripted_params[] = {
	[TASKS] = {"tasks", "tasks", PARAM_COUNT, 1, 100000, 2, 3, NULL},
	[OPERATIONS] = {"operations", "per task and round", PARAM_COUNT, 1, 1000000, 1, 2, NULL},
	[WAIT] = {"wait", "of an operation", PARAM_DURATION, 0, 1000000000, 100000, 100000, NULL},
	[TROUBLE] = {"trouble", "what goes wrong", PARAM_COUNT, 0, TROUBLES - 1, 0, 0, NULL},
	[PHASE] = {"phase", "when", PARAM_COUNT, 0, PHASES - 1, 0, 0, NULL},
	[VICTIM] = {"victim", "which task", PARAM_COUNT, 0, 100000, 0, 0, NULL},
	{NULL, NULL, PARAM_COUNT, 0, 0, 0, 0, NULL},
};

static inline int scripted_orphan(void)
{
	pid_t child = fork();

	if (child == 0) {
		if (fork() == 0) {
			setsid();
			for (;;)
				pause();
		}
		_exit(0);
	}
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return 0;
}

/* Once each of its siblings has shown that it has a task. */
static inline void scripted_kill_idle(struct orders *orders)
{
	const int64_t *pids = &orders->values[PIDS];
	char path[64];
	int pid;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", getppid(), getppid());
	FILE *children = fopen(path, "re");
	while (children != NULL && fscanf(children, "%d", &pid) == 1) {
		bool busy = false;
		for (int i = 0; i < orders->tasks; i++)
			busy = busy || pids[i] == pid;
		if (!busy)
			kill(pid, SIGKILL);
	}
	if (children != NULL)
		fclose(children);
	orders->values[TROUBLE] = TROUBLE_NONE;
}

/* Does what the script says, when its moment has come. */
static inline int scripted_trouble(struct orders *orders, int task)
{
	struct invocation *invocation = orders->invocation;
	int64_t trouble = orders->values[TROUBLE];

	while (trouble == TROUBLE_BEREFT && task != orders->values[VICTIM] &&
		atomic_load(&invocation->phase) == (uint32_t)orders->values[PHASE])
		pause();
	if (trouble == TROUBLE_NONE || task != orders->values[VICTIM] ||
		atomic_load(&invocation->phase) != (uint32_t)orders->values[PHASE])
		return 0;
	switch ((enum trouble)trouble) {
	case TROUBLE_ERROR:
		return -EIO;
	case TROUBLE_BEREFT:
	case TROUBLE_DEATH:
		kill(getpid(), SIGKILL);
		break;
	case TROUBLE_HANG:
		for (;;)
			pause();
	case TROUBLE_INTERRUPT:
		kill(invocation->supervisor, SIGTERM);
		break;
	case TROUBLE_LOAD_DEATH:
		kill(invocation->load, SIGKILL);
		break;
	case TROUBLE_ROOT_DEATH:
		kill(invocation->root, SIGKILL);
		break;
	case TROUBLE_DESCRIPTORS:
		while (dup(STDERR_FILENO) >= 0)
			;
		return -errno;
	case TROUBLE_IDLE_DEATH:
		scripted_kill_idle(orders);
		break;
	case TROUBLE_ORPHAN:
		orders->values[TROUBLE] = TROUBLE_NONE;
		return scripted_orphan();
	default:
		break;
	}
	return 0;
}

static inline void scripted_pause(uint64_t ns)
{
	struct timespec pause = {(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};

	nanosleep(&pause, NULL);
}

static inline int scripted_task(void *arg)
{
	struct slot *slot = arg;
	const int64_t *values = slot->orders->values;

	slot->orders->values[PIDS + slot->index % 8] = getpid();
	slot->rc = scripted_trouble(slot->orders, slot->index);
	while (slot->rc == 0 && slot_round(slot)) {
		if (values[TROUBLE] == TROUBLE_LEAVE && values[VICTIM] == slot->index &&
			atomic_load(&slot->orders->invocation->phase) == (uint32_t)values[PHASE])
			return 0;
		slot->rc = scripted_trouble(slot->orders, slot->index);
		for (int i = 0; i < values[OPERATIONS] && slot->rc == 0; i++) {
			uint64_t start_ns = slot_begin(slot);

			if (values[WAIT] != 0)
				scripted_pause((uint64_t)values[WAIT]);
			slot_end(slot, start_ns, 10, (uint64_t)slot->index + 1);
		}
	}
	return slot_result(slot);
}

static inline int scripted_run(struct orders *orders)
{
	return crew_run(orders, scripted_task);
}

static inline int scripted_prepare(struct orders *orders)
{
	return scripted_trouble(orders, (int)orders->values[VICTIM]);
}

/* A server without sockets: requests and replies are two words. */
struct scripted_line {
	_Atomic uint64_t requests, replies;
	_Atomic uint32_t closed, arrived;
};

static inline size_t served_bytes(const struct orders *orders)
{
	(void)orders;
	return sizeof(struct scripted_line) + 128;
}

static inline int served_prepare(struct orders *orders)
{
	int rc = scripted_prepare(orders);

	orders->shared = arena_take(orders->arena, sizeof(struct scripted_line));
	if (rc == 0)
		orders_publish(orders, 1);
	return rc;
}

static inline int served_task(void *arg)
{
	struct slot *slot = arg;
	struct scripted_line *line = slot->orders->shared;

	slot->rc = scripted_trouble(slot->orders, slot->index);
	atomic_fetch_add(&line->arrived, 1);
	while (slot->index == 0 && slot->rc == 0 && !atomic_load(&line->closed)) {
		if (atomic_load(&line->requests) > atomic_load(&line->replies)) {
			slot_count(slot, 1, 10, 1);
			atomic_fetch_add(&line->replies, 1);
		} else {
			scripted_pause(20000);
		}
	}
	if (slot->orders->values[TROUBLE] == TROUBLE_MISCOUNT && slot->index == 0)
		slot_count(slot, 1, 10, 1);
	return slot_result(slot);
}

static inline int served_run(struct orders *orders)
{
	return crew_run(orders, served_task);
}

static inline void served_round(struct orders *orders, bool in_window)
{
	struct scripted_line *line = orders->shared;

	for (int i = 0; i < orders->values[OPERATIONS] && !coordinate_cancelled(orders); i++) {
		uint64_t start_ns = clock_now_ns();

		(void)scripted_trouble(orders, (int)orders->values[VICTIM]);
		atomic_fetch_add(&line->requests, 1);
		orders->load->requests++;
		while (atomic_load(&line->replies) < atomic_load(&line->requests) &&
			!coordinate_cancelled(orders))
			scripted_pause(20000);
		orders->load->replies++;
		if (!in_window)
			continue;
		lane_record(&orders->load_lanes[0], clock_now_ns() - start_ns);
		chunk_add(orders->load_chunks, 1, clock_now_ns());
		orders->load->operations++;
		orders->load->bytes += 10;
		orders->load->checksum += 1;
	}
}

static inline int served_load(struct orders *orders)
{
	uint32_t port;
	uint64_t rounds = 0;
	int rc = orders_await(orders, &port);
	struct scripted_line *line = orders->shared;

	while (rc == 0 && atomic_load(&line->arrived) < (uint32_t)orders->tasks &&
		!coordinate_cancelled(orders))
		scripted_pause(100000);
	if (rc == 0)
		coordinate_ready(orders);
	while (rc == 0 && rounds == 0 && !coordinate_cancelled(orders)) {
		uint64_t start_ns = clock_now_ns();

		served_round(orders, false);
		rounds = coordinate_warm(orders, clock_now_ns() - start_ns);
	}
	for (uint64_t i = 0; i < rounds; i++)
		served_round(orders, true);
	if (rounds != 0 && !coordinate_cancelled(orders))
		coordinate_close(orders, clock_now_ns());
	orders->load->wrong = orders->values[TROUBLE] == TROUBLE_WRONG;
	if (rc == 0)
		atomic_store(&line->closed, 1);
	return rc;
}

static inline int scripted_main(struct orders *orders)
{
	struct slot *slot = &orders->slots[0];

	while (slot->rc == 0 && slot_round(slot))
		for (int i = 0; i < orders->values[OPERATIONS]; i++)
			slot_end(slot, slot_begin(slot), 10, 1);
	return slot_result(slot);
}

#define SCRIPTED_FAMILIES(function_)                  \
	{                                             \
		function_, NULL, function_, function_ \
	}

static const struct workload scripted_workload = {
	.name = "scripted",
	.summary = "known to the digit",
	.kind = "primitive",
	.operation = "one wait",
	.params = scripted_params,
	.concurrency = TASKS,
	.prepare = scripted_prepare,
	.run = SCRIPTED_FAMILIES(scripted_run),
	.why_not = {[FAMILY_STACKLESS] = "has no stackless.c"},
};

static const struct workload meeting_workload = {
	.name = "meeting",
	.summary = "all tasks at once",
	.kind = "primitive",
	.operation = "one wait",
	.params = scripted_params,
	.concurrency = TASKS,
	.flags = WORKLOAD_MEET,
	.pool = POOL_TASKS,
	.prepare = scripted_prepare,
	.run = SCRIPTED_FAMILIES(scripted_run),
};

static const struct workload served_workload = {
	.name = "served",
	.summary = "a server without sockets",
	.kind = "I/O",
	.operation = "one request",
	.params = scripted_params,
	.concurrency = TASKS,
	.flags = WORKLOAD_SERVER | WORKLOAD_MEET,
	.pool = POOL_TASKS,
	.arena_bytes = served_bytes,
	.prepare = served_prepare,
	.load = served_load,
	.run = {NULL, NULL, served_run, served_run},
	.why_not = {"polls, which a loop cannot wait for", "has no stackless.c"},
};

static const struct workload mainly_workload = {
	.name = "mainly",
	.summary = "the family function takes part",
	.kind = "primitive",
	.operation = "nothing",
	.params = scripted_params,
	.concurrency = TASKS,
	.flags = WORKLOAD_MAIN,
	.run = SCRIPTED_FAMILIES(scripted_main),
};

static const struct workload *const scripted_workloads[] = {
	&scripted_workload, &meeting_workload, &served_workload, &mainly_workload, NULL};
const struct workload *const *workloads = scripted_workloads;

/* A plan of 3 tasks × 2 operations of 0.1 ms in a window of 20 ms. */
static inline struct plan scripted_plan(const struct workload *workload, const struct model *model)
{
	struct plan plan = {.stall_ns = 20000000000u, .place = {.block = -1}};
	struct orders *draft = &plan.draft;

	draft->workload = workload;
	draft->model = model;
	for (int i = 0; scripted_params[i].name != NULL; i++)
		draft->values[i] = scripted_params[i].usual;
	for (int i = 0; i < COMMON_PARAMS; i++)
		draft->common[i] = common_params[i].usual;
	draft->tasks = (int)draft->values[TASKS];
	draft->window_ns = 20000000;
	sched_getaffinity(0, sizeof(draft->sut_cpus), &draft->sut_cpus);
	draft->load_cpus = draft->sut_cpus;
	if (model->kind == MODEL_POOL)
		draft->common[COMMON_POOL] = workload->pool == POOL_TASKS ? draft->tasks : 2;
	return plan;
}

/* True for the models whose crew can be opened in this build. */
static inline bool scripted_model_works(const struct model *model)
{
	return model->ops != NULL && model->ops->open != NULL && model->family != FAMILY_STACKLESS;
}

/* Runs it; asserts that nothing is left behind. The caller releases the record. */
static inline int scripted_invoke(const struct plan *plan, struct record *record)
{
	int interrupted;

	ck_assert_int_eq(invocation_run(plan, record, &interrupted), 0);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
	return interrupted;
}

#endif
