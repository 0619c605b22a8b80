/*
 * What a run says while it works: on a terminal the table of what is measured now and a line below
 * it, rewritten in place; in a log a plain line per unit, and so on a terminal that cannot move its
 * cursor (TERM=dumb, or none). To stderr, so that tables can go elsewhere.
 */
#ifndef CONCBENCH_HARNESS_RUN_PROGRESS_H
#define CONCBENCH_HARNESS_RUN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/record.h"
#include "harness/run/live.h"

enum verbosity { VERBOSITY_QUIET = -1, VERBOSITY_NORMAL, VERBOSITY_EVERY };

enum { PROGRESS_LINE_MAX = 256 };

struct progress {
	FILE *out;     /* NULL: says nothing */
	bool terminal; /* out is one, and can move its cursor */
	enum verbosity verbosity;
	int width, height; /* of the terminal when it was last drawn, columns and lines */
	struct live live;
	char line[PROGRESS_LINE_MAX]; /* the last one of a terminal */
};

/* stderr, with what it is. */
void progress_init(struct progress *progress, enum verbosity verbosity);

/*
 * Where the run is, before an invocation (terminal) or a unit (log).
 *   what     "echo/async"
 *   left_ns  estimate of the time left
 */
void progress_at(struct progress *progress, const char *what, bool unit_begins, int done,
	int planned, uint64_t elapsed_ns, uint64_t left_ns);

/* The result of an invocation: goes into the table; told with -v, and always when it is not ok. */
void progress_result(struct progress *progress, const struct record *record);

/* A line of its own. */
void progress_say(struct progress *progress, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Takes the table and the line away, and forgets the rows. */
void progress_end(struct progress *progress);

#endif
