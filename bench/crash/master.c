/*
 * The master: the first process of the SUT, which outlives the server.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/crash/crash.h"
#include "harness/measure/clock.h"
#include "harness/measure/invocation.h"
#include "models/processes/processes.h"

enum { LOOK_NS = 5000000, LOOK_DRAIN_NS = 1000000, LOOK_NEAR_NS = 100000 };

/* In the server's process. */
static int server_main(void *arg)
{
	struct orders *orders = arg;
	struct crash *crash = orders->shared;
	int rc = crash_serve(orders);

	if (atomic_load(&crash->http.closed))
		atomic_store(&crash->drained_ns, clock_now_ns());
	return rc == 0 ? 0 : 1;
}

static int start(struct orders *orders)
{
	struct crash *crash = orders->shared;
	int rc = process_fork(server_main, orders, &crash->server);

	if (rc != 0)
		crash->server = 0;
	return rc;
}

/* The server's stays: http.listener is its number there. */
static void close_listener(struct crash *crash)
{
	if (crash->held >= 0)
		close(crash->held);
	crash->held = -1;
}

/* How the server ended that should not have. */
static int tell_death(struct orders *orders, int status)
{
	struct crash *crash = orders->shared;

	crash->server = 0;
	if (WIFSIGNALED(status))
		orders_verdict(orders, STATUS_FAILED,
			"the server was killed by signal %d (%s), which nobody had ordered",
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		orders_verdict(orders, STATUS_FAILED, "the server ended with status %d",
			WEXITSTATUS(status));
	return -EOWNERDEAD;
}

/* Does the server live, and shall it? */
static int look(struct orders *orders)
{
	const struct crash *crash = orders->shared;
	int status;

	if (coordinate_cancelled(orders))
		return -ECANCELED;
	return waitpid(crash->server, &status, WNOHANG) == crash->server
		       ? tell_death(orders, status)
		       : 0;
}

/*
 * Sleeps while the server lives, until a phase of the load has begun: its first request is due, and
 * what was lost until then is known to the client. Wakes often only when that is near.
 *   after_ns  when it should, from the load's begin
 */
static int watch_until(struct orders *orders, uint32_t phases, uint64_t after_ns)
{
	struct crash *crash = orders->shared;
	int rc = look(orders);

	while (rc == 0 && atomic_load(&crash->begun) < phases) {
		uint64_t begun_ns = atomic_load(&crash->begun_ns), now_ns = clock_now_ns();
		uint64_t wait_ns = LOOK_NS;
		if (begun_ns != 0 && begun_ns + after_ns < now_ns + wait_ns)
			wait_ns = begun_ns + after_ns > now_ns ? begun_ns + after_ns - now_ns
							       : LOOK_NEAR_NS;
		nanosleep(&(struct timespec){.tv_nsec = (long)wait_ns}, NULL);
		rc = look(orders);
	}
	return rc;
}

/* SIGKILL, and its end. */
static int kill_server(struct orders *orders)
{
	struct crash *crash = orders->shared;
	int status = 0;

	kill(crash->server, SIGKILL);
	while (waitpid(crash->server, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		return tell_death(orders, status);
	crash->server = 0;
	return 0;
}

/* The order that was announced, and what follows from it. */
static int crash_kill(struct orders *orders)
{
	struct crash *crash = orders->shared;
	int rc = 0;

	atomic_store(&crash->ordered, true);
	atomic_store(&crash->killed_ns, clock_now_ns());
	if (crash_kills_worker(orders)) {
		kill(atomic_load(&crash->pids[CRASH_VICTIM]), SIGKILL);
		return 0;
	}
	rc = kill_server(orders);
	if (rc == 0 && crash_listener_dies(orders))
		rc = crash_listen(orders);
	return rc == 0 ? start(orders) : rc;
}

/* Until it has ended by itself. */
static int await_end(struct orders *orders)
{
	struct crash *crash = orders->shared;
	int status;

	while (!coordinate_cancelled(orders)) {
		pid_t ended = waitpid(crash->server, &status, WNOHANG);
		if (ended == crash->server && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
			crash->server = 0;
			return 0;
		}
		if (ended == crash->server)
			return tell_death(orders, status);
		nanosleep(&(struct timespec){.tv_nsec = LOOK_DRAIN_NS}, NULL);
	}
	return -ECANCELED;
}

static int end(struct orders *orders)
{
	struct crash *crash = orders->shared;

	atomic_store(&crash->drain_ns, clock_now_ns());
	if (crash_ends_at_once(orders)) {
		int rc = kill_server(orders);
		close_listener(crash);
		return rc;
	}
	crash_drain(crash);
	return await_end(orders);
}

/* A worker's death that nobody had ordered, as the server's process has seen it. */
static void tell_worker(struct orders *orders)
{
	const struct first_failure *failure = &orders->invocation->failure;

	if (atomic_load(&failure->known) != 0 && failure->signal != 0)
		orders_verdict(orders, STATUS_FAILED,
			"the worker of task %d was killed by signal %d (%s), which nobody had "
			"ordered",
			failure->task, failure->signal, strsignal(failure->signal));
}

int crash_run(struct orders *orders, task_fn *serve)
{
	struct crash *crash = orders->shared;
	const struct invocation *invocation = orders->invocation;

	crash->serve = serve;
	int rc = start(orders);
	if (rc == 0 && crash_listener_dies(orders))
		close_listener(crash);
	if (rc == 0)
		rc = watch_until(orders, 2, crash_kill_after_ns(orders));
	if (rc == 0)
		rc = crash_kill(orders);
	if (rc == 0)
		rc = watch_until(orders, 3, crash_drain_after_ns(orders));
	if (rc == 0)
		rc = end(orders);
	if (crash->server > 0) {
		kill(crash->server, SIGKILL);
		waitpid(crash->server, NULL, 0);
	}
	/* the load looks on for a moment */
	while (rc == 0 && atomic_load(&invocation->ended) == 0 && !coordinate_cancelled(orders))
		nanosleep(&(struct timespec){.tv_nsec = LOOK_DRAIN_NS}, NULL);
	tell_worker(orders);
	return rc;
}
