/*
 * For tests of stackless coroutines: events as words, and a loop for one test.
 */
#ifndef CONCBENCH_TESTS_MODELS_ASYNC_STACKLESS_EVENTS_H
#define CONCBENCH_TESTS_MODELS_ASYNC_STACKLESS_EVENTS_H

#include <stdio.h>
#include <string.h>

#include "models/async/loop.h"
#include "tests/suite.h"

static char events[512];

static inline void note(const char *event)
{
	size_t used = strlen(events);

	snprintf(events + used, sizeof events - used, "%s ", event);
}

/* Runs fn as the main task of a new loop, with no events noted yet. */
static inline void run(task_fn *fn)
{
	events[0] = '\0';
	ck_assert_int_eq(async_run(fn, NULL), 0);
}

#endif
