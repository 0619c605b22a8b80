/*
 * Memory of the SUT at a point in time: the tree's proportional set size, and the kernel's side
 * (page tables, stacks, slab) from the SUT's own control group or from the whole machine.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_MEMORY_H
#define CONCBENCH_HARNESS_MEASURE_MEMORY_H

#include <stdbool.h>
#include <sys/types.h>

#include "harness/measure/cgroup.h"
#include "harness/record.h"

/*
 * Reads a point. The machine's and the group's counts come first: reading the set size itself costs
 * slab memory per process.
 *   Returns  0 or -errno (memory for the list of processes was missing).
 */
int memory_read(struct record_memory_point *point, pid_t root, const struct control_group *group)
	__attribute__((warn_unused_result));

/* The tree's set size without the arena; -1 when it could not be read. */
int64_t memory_pss(pid_t root);

/*
 * Waits until slab, kernel stacks and corrected free memory have stood still for 1 s: what an
 * earlier invocation freed is given back late.
 *   most_ns    the longest wait
 *   interrupted  asked between two readings; true ends the wait
 *   Returns  true if they stood still.
 */
bool memory_settle(uint64_t most_ns, bool (*interrupted)(void *arg), void *arg);

/*
 * MemFree plus the pages in per-CPU lists: what is not in use, to the page.
 *   Returns  bytes, -1 where /proc/zoneinfo cannot be read.
 */
int64_t memory_free_corrected(void);

#endif
