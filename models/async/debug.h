/*
 * Debug mode: who held the loop too long, where everybody waits, who was never awaited.
 *
 * On by async_options.debug or the environment's CONCBENCH_ASYNC_DEBUG=1. It reports on stderr, one
 * line each, and costs two clock reads per resumption; without it none of this costs anything.
 * SIGUSR1 makes every loop in debug mode report all its tasks (dump.h).
 */
#ifndef CONCBENCH_MODELS_ASYNC_DEBUG_H
#define CONCBENCH_MODELS_ASYNC_DEBUG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/async/future.h"

struct async_loop;
struct async_task;

enum { ASYNC_SLOW_NS = 10000000 }; /* a resumption longer than 10 ms is told */

struct async_debug {
	uint64_t slow_ns;  /* of one resumption; the caller may change it */
	uint64_t began_ns; /* the resumption in progress */
	struct async_task *running;
	bool trace; /* tell every resumption: who goes on, and what it had waited in */
	size_t slow, failed, unawaited;              /* reports so far */
	void (*report)(void *arg, const char *line); /* instead of stderr; NULL */
	void *report_arg;
	struct async_call dump; /* asked for by the signal */
	_Atomic bool dump_asked;
};

/* Whether the environment asks for it. */
bool async_debug_wanted(void);

/* Turns it on for a loop; also while it runs. Returns  0, -ENOMEM. */
int async_debug_enable(struct async_loop *loop) __attribute__((warn_unused_result));

/* For the loop: around each resumption, at each end, at the close. */
void async_debug_resume(struct async_loop *loop, struct async_task *task);
void async_debug_returned(struct async_loop *loop);
void async_debug_ended(struct async_loop *loop, struct async_task *task, int rc);
void async_debug_closing(struct async_loop *loop);

/* One line of a report. */
void async_debug_report(struct async_debug *debug, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
