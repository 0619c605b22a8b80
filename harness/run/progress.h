/*
 * What a run says while it works: one line that is rewritten on a terminal, a plain line per unit
 * in a log. To stderr, so that tables can go elsewhere.
 */
#ifndef CONCBENCH_HARNESS_RUN_PROGRESS_H
#define CONCBENCH_HARNESS_RUN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/record.h"

enum verbosity { VERBOSITY_QUIET = -1, VERBOSITY_NORMAL, VERBOSITY_EVERY };

struct progress {
	FILE *out;     /* NULL: says nothing */
	bool terminal; /* out is one */
	enum verbosity verbosity;
	int width;  /* of the terminal, columns */
	bool dirty; /* a rewritten line stands there */
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

/* The result of an invocation: shown with -v, and always when it is not ok. */
void progress_result(struct progress *progress, const struct record *record);

/* A line of its own. */
void progress_say(struct progress *progress, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Clears the rewritten line. */
void progress_end(struct progress *progress);

#endif
