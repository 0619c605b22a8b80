/*
 * What is to be measured again: memory per task whose interval is still wide. One draw of the
 * address space decides all children of an invocation, so the only way to a narrow interval is more
 * of them.
 */
#ifndef CONCBENCH_HARNESS_RUN_REPEAT_H
#define CONCBENCH_HARNESS_RUN_REPEAT_H

#include <stdbool.h>

#include "harness/report/group.h"

/*
 * Marks the cells whose memory per task is wide, as the report computes it: over all sizes of the
 * benchmark, so all of them are marked or none.
 *   records  a record of each cell, as an index into the session's; -1: leave it out
 *   wide     [cells] is set
 *   Returns  how many, or -ENOMEM.
 */
int repeat_wide(const struct session *session, const int *records, int cells, bool *wide)
	__attribute__((warn_unused_result));

#endif
