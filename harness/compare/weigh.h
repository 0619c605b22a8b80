/*
 * The memory of a command at its largest. What wait4 calls maximum resident set survives exec and
 * is a maximum over children, not their sum; so a command that stays one process is asked for its
 * own high-water mark as it ends, and a tree is sampled as a whole by its proportional set size.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_WEIGH_H
#define CONCBENCH_HARNESS_COMPARE_WEIGH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct weight {
	uint64_t deadline_ns; /* given: from now on */
	int go;               /* given: gets a byte once the child is watched; -1 = none */
	int status;           /* of wait */
	double peak_bytes;    /* NaN where it could not be told */
	int processes;        /* that there were in all, the first included */
	bool timed_out, interrupted;
};

/*
 * Follows a child that was just started until it ends, or ends its process group.
 *   child    leads a process group; the caller has no other child that ends meanwhile
 *   Threads  one at a time.
 */
void weigh(pid_t child, struct weight *weight);

#endif
