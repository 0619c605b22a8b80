/*
 * The server that is killed: a crew of http's tasks, which knows the one death that was ordered.
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "bench/crash/crash.h"
#include "harness/measure/invocation.h"

/* In the server's process. */
struct server {
	struct orders *orders;
	struct crash *crash;
	struct crew crew;
	struct crew replacement; /* of the worker that was killed, where the crew has no other */
	bool replaced;
};

static int crash_task(void *arg)
{
	struct slot *slot = arg;
	struct crash *crash = slot->orders->shared;

	atomic_store(&crash->pids[slot->index], getpid());
	slot->start_ns = slot_begin(slot);
	return crash->serve(slot);
}

/* A child in the place of the one that was killed. */
static void replace(struct server *server)
{
	struct orders *orders = server->orders;
	int rc = crew_open_for(&server->replacement, orders, 1);

	invocation_phase(orders->invocation, PHASE_WINDOW);
	if (rc == 0)
		rc = crew_spawn(&server->replacement, crash_task, &orders->slots[CRASH_VICTIM]);
	server->replaced = true;
	if (rc != 0)
		invocation_fail(orders, CRASH_VICTIM, rc, 0);
}

/* In the server's process for a death, in a worker for an error. */
static void on_failure(void *arg, int task, int rc, int signal)
{
	struct server *server = arg;
	struct crash *crash = server->crash;
	bool ours = task == CRASH_VICTIM && signal == SIGKILL && atomic_load(&crash->ordered);

	if (!ours || atomic_exchange(&crash->met, true)) {
		invocation_fail(server->orders, task, rc, signal);
		return;
	}
	if (server->orders->model->kind != MODEL_POOL)
		replace(server);
}

/* A pool's next worker takes what waits: the task that goes on where the killed one was. */
static int spares(const struct orders *orders)
{
	return crash_kills_worker(orders) && orders->model->kind == MODEL_POOL ? 1 : 0;
}

static int start_all(struct server *server)
{
	struct orders *orders = server->orders;
	int rc = 0;

	for (int i = 0; i < orders->tasks + spares(orders) && rc == 0; i++) {
		int task = i < orders->tasks ? i : CRASH_VICTIM;
		rc = crew_limit(orders, &server->crew,
			crew_spawn(&server->crew, crash_task, &orders->slots[task]));
	}
	return rc;
}

int crash_serve(struct orders *orders)
{
	struct crash *crash = orders->shared;
	struct server server = {.orders = orders, .crash = crash};
	bool again = atomic_load(&crash->ordered);

	int rc = crew_limit(orders, &server.crew,
		crew_open_for(&server.crew, orders, orders->tasks + spares(orders)));
	server.crew.on_failure = on_failure;
	server.crew.on_failure_arg = &server;
	if (again)
		invocation_phase(orders->invocation, PHASE_WINDOW);
	if (rc == 0)
		rc = start_all(&server);
	int joined = crew_join(&server.crew, rc);
	bool expected = server.crew.failure.task == CRASH_VICTIM &&
			server.crew.failure.signal == SIGKILL && atomic_load(&crash->met) &&
			atomic_load(&orders->invocation->failure.known) == 0;
	if (rc == 0 && joined != 0 && !expected)
		rc = crew_verdict(orders, &server.crew, joined);
	if (server.replaced) {
		joined = crew_join(&server.replacement, 0);
		if (joined != 0)
			rc = crew_verdict(orders, &server.replacement, joined);
	}
	return rc;
}
