/*
 * Counters of the kernel's perf events over the SUT's tree: system calls, context switches,
 * instructions. In invocations of kind counts only, since each costs something per event.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_COUNTS_H
#define CONCBENCH_HARNESS_MEASURE_COUNTS_H

#include <stdint.h>
#include <sys/types.h>

#include "harness/record.h"

enum { COUNT_SYSTEM_CALLS, COUNT_SWITCHES, COUNT_INSTRUCTIONS, COUNT_EVENTS };

struct counts {
	int fds[COUNT_EVENTS];                                    /* -1: not to be had */
	char source[sizeof(((struct record_counts *)0)->source)]; /* or why not */
};

/*
 * Opens the counters on a process that has one thread and no child yet; what it starts inherits
 * them.
 *   Owner    counts_close; the counts of all events are -1 where none could be opened.
 */
void counts_open(struct counts *counts, pid_t pid);
/* Values since opening, live and dead processes together; -1 where unknown. */
void counts_read(const struct counts *counts, int64_t values[COUNT_EVENTS]);
void counts_close(struct counts *counts);

#endif
