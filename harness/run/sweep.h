/*
 * Values of a parameter as the command line gives them: one, a list, a range.
 *
 *	5ms           one
 *	1,2,4         a list
 *	1..10k        5 values in equal steps
 *	1..10k:9      9 of them
 *	1..10k:log    1 10 100 1k 10k: times ten, and the end
 *	1..64:log2    doublings, and the end
 */
#ifndef CONCBENCH_HARNESS_RUN_SWEEP_H
#define CONCBENCH_HARNESS_RUN_SWEEP_H

#include <stddef.h>
#include <stdint.h>

#include "harness/workload.h"

enum { SWEEP_VALUES_MAX = 64, SWEEPS_MAX = 16 };

/* One -p NAME=VALUES. */
struct sweep {
	char name[24];
	char values[200];
};

/*
 * Splits "NAME=VALUES".
 *   Returns  0 or -EINVAL with the message.
 */
int sweep_parse(struct sweep *sweep, const char *text, char *error, size_t error_bytes)
	__attribute__((warn_unused_result));

/*
 * The values for one workload's parameter, in the order given, each checked against its bounds.
 *   values   SWEEP_VALUES_MAX of them
 *   Returns  how many (>= 1), or -EINVAL with the message.
 */
int sweep_values(const struct param *param, const char *text, int64_t *values, char *error,
	size_t error_bytes) __attribute__((warn_unused_result));

#endif
