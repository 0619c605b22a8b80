/*
 * hyperfine's view of the same cells: whole processes at smoke size, timed by a program that is not
 * ours. Read from hyperfine.json in the run's folder, where scripts/hyperfine puts it.
 */
#ifndef CONCBENCH_HARNESS_REPORT_HYPERFINE_H
#define CONCBENCH_HARNESS_REPORT_HYPERFINE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/record.h"

struct hyperfine_result {
	char name[2 * RECORD_NAME_MAX + 1];        /* "WORKLOAD/MODEL" */
	double mean_s, stddev_s, user_s, system_s; /* stddev: NaN for one run */
	bool failed;                               /* an exit code other than 0 */
};

struct hyperfine {
	struct hyperfine_result *results; /* malloc'd */
	int count;
	char missing[RECORD_REASON_MAX]; /* why there are none; "" = there are */
};

/*
 * Reads PATH; a missing or damaged file is no error but the reason in `missing`.
 *   Returns  0 or -ENOMEM.   Owner: hyperfine_free.
 */
int hyperfine_read(struct hyperfine *hyperfine, const char *path)
	__attribute__((warn_unused_result));
void hyperfine_free(struct hyperfine *hyperfine);

/* The result of a cell; NULL if it was not timed. */
const struct hyperfine_result *hyperfine_find(
	const struct hyperfine *hyperfine, const char *workload, const char *model);

#endif
