/*
 * What --log writes while compare or calibrate measures: a row per quad
 * (harness/compare/quadlog.h).
 */
#ifndef CONCBENCH_HARNESS_CLI_LOGBOOK_H
#define CONCBENCH_HARNESS_CLI_LOGBOOK_H

#include <stdio.h>

#include "harness/cli/compare_options.h"

struct logbook {
	FILE *out; /* NULL = nowhere */
	const struct compare_options *options;
	int rc; /* the first failure to write */
};

/*
 * Opens the file of --log, if there is one, and makes the world write to it.
 *   Returns  0, or -errno after a line on stderr.   Owner: logbook_close, also after an error.
 */
int logbook_open(struct logbook *logbook, const struct compare_options *options,
	struct compare_world *world) __attribute__((warn_unused_result));

/* The row that says that the comparison is complete. 0 or the first failure to write anything. */
int logbook_end(struct logbook *logbook, const struct comparison *comparison)
	__attribute__((warn_unused_result));

void logbook_close(struct logbook *logbook);

#endif
