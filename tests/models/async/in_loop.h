/*
 * For tests of the runtime: a test body inside a loop. check's asserts must not jump out of a
 * coroutine, so bodies return what they found and the test compares; events are written down as
 * text.
 */
#ifndef CONCBENCH_TESTS_MODELS_ASYNC_IN_LOOP_H
#define CONCBENCH_TESTS_MODELS_ASYNC_IN_LOOP_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "models/async/async.h"
#include "tests/suite.h"

enum { MS = 1000000 };

/* What happened, in order: "start A, end A". */
struct events {
	char text[4096];
};

static inline void __attribute__((format(printf, 2, 3)))
happened(struct events *events, const char *format, ...)
{
	size_t used = strlen(events->text);
	va_list arguments;

	if (used > 0 && used + 3 < sizeof events->text)
		used += (size_t)snprintf(events->text + used, sizeof events->text - used, ", ");
	va_start(arguments, format);
	vsnprintf(events->text + used, sizeof events->text - used, format, arguments);
	va_end(arguments);
}

/* In a task: leaves it with the line's number when something is not so. */
#define must(what)                                                                         \
	do                                                                                 \
		if (!(what)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what); \
			return -(100000 + __LINE__);                                       \
		}                                                                          \
	while (0)

/* A task that shows whether the loop goes on: counts until it is cancelled. */
static inline int count_milliseconds(void *count)
{
	int rc;

	while ((rc = async_sleep(MS)) == 0)
		++*(int *)count;
	return rc;
}

/* Runs a body on a loop and expects 0 of it. */
static inline void in_loop(task_fn *body, void *arg)
{
	ck_assert_int_eq(async_run(body, arg), 0);
}

/* The same on a loop with epoll and on one with io_uring, where the kernel allows that. */
static inline void in_both_loops(task_fn *body, void *arg)
{
	struct async_options options = {.poller = ASYNC_URING};
	int rc = async_run_with(body, arg, &options);

	if (rc != -ENOSYS && rc != -EPERM)
		ck_assert_int_eq(rc, 0);
	ck_assert_int_eq(async_run(body, arg), 0);
}

#endif
