/*
 * Runs a crew through the rounds of an invocation: see crew_run in harness/workload.h.
 *
 * No task waits for one that cannot come: whatever fails (a spawn, a task, a worker that is killed)
 * cancels the rounds, which sends every task at the gate home; the first failure is the verdict.
 */
#include <errno.h>
#include <string.h>

#include "harness/measure/invocation.h"
#include "harness/measure/limits.h"

enum { SPAWN_LOT = 256 };
#include "harness/measure/touch.h"

static void on_failure(void *arg, int task, int rc, int signal)
{
	invocation_fail(arg, task, rc, signal);
}

int crew_open_for(struct crew *crew, struct orders *orders, int n)
{
	*crew = (struct crew){
		.workers = (int)orders->common[COMMON_POOL],
		.stack_bytes = (size_t)orders->common[COMMON_STACK],
		/* as an option, 0 would be the default */
		.spin_ns = orders_spin_ns(orders) != 0 ? (int)orders_spin_ns(orders) : -1,
		.arena = orders->arena->base,
		.arena_bytes = orders->arena->bytes,
		.on_failure = on_failure,
		.on_failure_arg = orders,
	};
	invocation_phase(orders->invocation, PHASE_SPAWN);
	int rc = crew_open(crew, orders->model, n);
	if (rc == 0 && crew->stack_bytes != 0)
		orders->common[COMMON_STACK] =
			(int64_t)crew->stack_bytes; /* as it is, for the record */
	return rc;
}

int crew_limit(struct orders *orders, const struct crew *crew, int rc)
{
	char text[RECORD_REASON_MAX];

	if (rc == 0 || coordinate_cancelled(orders))
		return rc;
	/* a pool that could not be opened has ended its workers already */
	bool gone = crew->spawned == 0 && orders->model->kind == MODEL_POOL;
	/* the stacks of threads lie in one process */
	int64_t each_bytes =
		orders->model->family == FAMILY_THREADS ? (int64_t)crew->stack_bytes : 0;
	if (limit_name(rc, crew->spawned, text, sizeof(text)) == 0 ||
		(gone &&
			limit_name_of_many(rc, crew->workers, each_bytes, text, sizeof(text)) == 0))
		orders_verdict(orders, STATUS_LIMIT, "%s", text);
	else
		orders_verdict(orders, STATUS_FAILED, "task %d could not be started: %s",
			crew->spawned, strerror(-rc));
	return rc;
}

/*
 * What the harness and the task itself will write on its behalf, before it is ready: in a forked
 * child every page, shared ones too, costs a fault the first time. A frame on the heap has no
 * stack.
 */
static void touch(struct slot *slot)
{
	if (slot->lane != NULL)
		touch_pages(slot->lane, sizeof(*slot->lane));
	if (slot->chunks != NULL)
		touch_pages(slot->chunks, sizeof(*slot->chunks));
	if (slot->orders->model->family != FAMILY_STACKLESS)
		touch_stack(TOUCH_STACK_BYTES);
}

/* The task's first step. */
static void enter(struct slot *slot)
{
	slot->entered = 1;
	slot->at_gate = 0;
	slot->rounds_left = 0;
	slot->released = 0;
	slot->begun = 0;
	slot->rc = 0;
	slot->start_ns = slot->end_ns =
		clock_now_ns(); /* a forked child faults its slot in here, not in the window */
	if (slot->orders->invocation->mode != ROUNDS_EACH)
		touch(slot); /* else the start of a task is inside the window, and timed */
}

/*
 * What the crew spawns: the task, and around it what makes it safe to wait for. A task that leaves
 * before its last round would be waited for in vain, so that is a failure too.
 */
static int run_task(void *arg)
{
	struct slot *slot = arg;
	struct invocation *invocation = slot->orders->invocation;

	if (!slot->entered)
		enter(slot);
	int rc = invocation->task(slot);
	if (rc == TASK_PARKED)
		return rc;
	slot->entered = 0;
	if (rc == 0 && !slot->released && !coordinate_cancelled(slot->orders))
		rc = -EPROTO;
	if (rc != 0)
		invocation_fail(slot->orders, slot->index, rc, 0);
	return rc;
}

static int spawn_all(struct orders *orders, struct crew *crew)
{
	int rc = 0;

	for (int i = 0; i < orders->tasks && rc == 0 && !coordinate_cancelled(orders); i++) {
		rc = crew_limit(orders, crew, crew_spawn(crew, run_task, &orders->slots[i]));
		/* many processes take their time: each lot is a step forward to the watchdog */
		if (i % SPAWN_LOT == SPAWN_LOT - 1)
			atomic_fetch_add(&orders->invocation->progress, 1);
	}
	if (rc != 0)
		invocation_cancel(orders);
	return rc;
}

/* One round of tasks that cannot all live at once. */
static int spawned_round(struct orders *orders, struct crew *crew, uint64_t *end_ns)
{
	int rc = spawn_all(orders, crew);

	if (rc == 0)
		rc = crew_drain(crew);
	*end_ns = clock_now_ns();
	return rc;
}

static int run_each(struct orders *orders, struct crew *crew)
{
	struct invocation *invocation = orders->invocation;
	uint64_t rounds = 0;
	uint64_t end_ns = 0;
	int rc = 0;

	coordinate_ready(orders);
	while (rc == 0 && rounds == 0 && !coordinate_cancelled(orders)) {
		uint64_t start_ns = clock_now_ns();

		rc = spawned_round(orders, crew, &end_ns);
		if (rc == 0)
			rounds = coordinate_warm(orders, end_ns - start_ns);
	}
	struct chunks *chunks = &invocation->round_chunks;
	chunks->operations = invocation->rounds_per_chunk;
	for (uint64_t i = 0; i < rounds && rc == 0 && !coordinate_cancelled(orders); i++) {
		rc = spawned_round(orders, crew, &end_ns);
		chunk_add(chunks, 1, end_ns);
	}
	if (rc == 0 && !coordinate_cancelled(orders))
		coordinate_close(orders, end_ns);
	return rc;
}

/* The verdict on a crew that failed: the crew knows the signal, the first failure knows the order.
 */
int crew_verdict(struct orders *orders, const struct crew *crew, int rc)
{
	const struct first_failure *failure = &orders->invocation->failure;
	char text[RECORD_REASON_MAX];
	int task = failure->known ? failure->task : crew->failure.task;
	int cause = failure->known ? failure->rc : rc;

	if (crew->workers_died != 0) {
		orders->invocation->workers_died += crew->workers_died;
		orders->invocation->workers_signal = crew->workers_signal;
	}
	if (rc == 0)
		return 0;
	if (crew->failure.rc != 0 && crew->failure.signal != 0)
		orders_verdict(orders, STATUS_FAILED, "task %d was killed by signal %d (%s)",
			crew->failure.task, crew->failure.signal, strsignal(crew->failure.signal));
	else if (limit_name(cause, orders->tasks, text, sizeof(text)) == 0)
		orders_verdict(orders, STATUS_LIMIT, "%s", text);
	else if (cause == -EPROTO)
		orders_verdict(
			orders, STATUS_FAILED, "task %d left before its rounds were done", task);
	else
		orders_verdict(orders, STATUS_FAILED, "task %d: %s", task, strerror(-cause));
	return rc;
}

int crew_run(struct orders *orders, task_fn *fn)
{
	struct invocation *invocation = orders->invocation;
	bool kept = model_capacity(orders->model, (int)orders->common[COMMON_POOL],
			    orders->tasks) >= orders->tasks;
	struct crew crew;

	invocation->task = fn;
	if ((orders->workload->flags & WORKLOAD_SERVER) == 0)
		invocation->mode = kept ? ROUNDS_KEPT : ROUNDS_EACH;
	int rc = crew_limit(orders, &crew, crew_open_for(&crew, orders, orders->tasks));
	if (rc == 0)
		rc = invocation->mode == ROUNDS_EACH ? run_each(orders, &crew)
						     : spawn_all(orders, &crew);
	return crew_verdict(orders, &crew, crew_join(&crew, rc));
}
