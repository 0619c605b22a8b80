/*
 * crash: a server is killed while requests come, is started again, and is ended in order.
 *
 * The server is http's, in a process of its own below a master; the load an open loop of a fixed
 * rate. At the beginning of the second phase SIGKILL goes to the server (models that live in one
 * process), which the master then starts again, or to the worker of task 0 (process models), which
 * the pool, or the server's own process, replaces. At the beginning of the third phase the server
 * drains: nobody is accepted any more, each connection is told so in its next reply and closed, and
 * the server ends when all are.
 *
 * Lost: requests that were sent and never answered, each counted by the client that sent it.
 * Refused: attempts to connect while nobody listened; a client asks again every 10 ms. Time to
 * recover: from the kill until every connection that broke has had a reply again. Drained: from the
 * order until the server has ended. A drain that loses a request makes the cell INVALID.
 *
 * Who holds the listener decides what happens in the gap: with listener=server it goes with the
 * server, and clients are refused; with listener=master they wait until there is a server again.
 * Any other death than the one that was ordered is a failure.
 */
#ifndef CONCBENCH_BENCH_CRASH_CRASH_H
#define CONCBENCH_BENCH_CRASH_CRASH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "bench/http/http.h"
#include "harness/workload.h"

/* The task whose worker is killed where workers are. */
enum { CRASH_VICTIM = 0 };

/* In the arena: orders->shared. */
struct crash {
	struct http http;          /* first: its tasks find it here */
	task_fn *serve;            /* the family's task */
	uint32_t number;           /* of the listener */
	_Atomic uint64_t begun_ns; /* the load's schedule; 0: not yet */
	_Atomic uint32_t begun;    /* phases */
	_Atomic bool ordered;      /* the kill */
	_Atomic bool met;          /* the server has seen its worker die of it */
	_Atomic uint64_t killed_ns;
	_Atomic uint64_t drain_ns, drained_ns; /* ordered, done; 0: not yet */
	pid_t server;
	int held;             /* the master's own copy of the listener, -1: none */
	_Atomic pid_t pids[]; /* of the tasks' processes */
};

extern const struct workload crash_workload;

/*
 * The master: starts the server, kills, starts it again, drains it.
 *   serve    the family's task
 *   Returns  0 or -errno, with a verdict stated for a death that nobody had ordered.
 */
int crash_run(struct orders *orders, task_fn *serve) __attribute__((warn_unused_result));

/* When the server is killed, and when it drains; from the load's begin. */
uint64_t crash_kill_after_ns(const struct orders *orders);
uint64_t crash_drain_after_ns(const struct orders *orders);

/* Opens the listener, at the number of an earlier one if there was one. 0 or -errno. */
int crash_listen(struct orders *orders) __attribute__((warn_unused_result));
/* Does it go with the server? */
bool crash_listener_dies(const struct orders *orders);
/* Is the server killed at its end, too, instead of drained? */
bool crash_ends_at_once(const struct orders *orders);

/* Nobody is accepted from now on, and each connection ends with its next reply. */
void crash_drain(struct crash *crash);

/* The server's process: runs the crew to its end. Returns 0 or -errno. */
int crash_serve(struct orders *orders) __attribute__((warn_unused_result));

/* Is a worker killed, or the whole server? */
static inline bool crash_kills_worker(const struct orders *orders)
{
	return orders->model->family == FAMILY_PROCESSES;
}

#endif
