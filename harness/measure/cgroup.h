/*
 * Control groups, version 1 or 2: where this process is, what holds there, and groups of the
 * SUT's own where they may be made: one for memory, one for CPU time. The kernel counts in them
 * exactly what the SUT takes, kernel side included, whatever else the machine does.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_CGROUP_H
#define CONCBENCH_HARNESS_MEASURE_CGROUP_H

#include <stddef.h>
#include <stdint.h>

enum { CGROUP_PATH_MAX = 640 };

/*
 * The path of a file of the group this process is in.
 *   controller  "memory", "cpu", "pids"; looked for in version 1, else in the unified hierarchy
 *   Returns  0, or -ENOENT when there is no such hierarchy.
 */
int cgroup_own_file(const char *controller, const char *file, char *path, size_t bytes);

/* The name of this process's cpu group, as /proc/self/cgroup has it; "" when there is none. */
void cgroup_own_name(char *name, size_t bytes);

/* CPU quota as "max" or "50000 100000"; "" where the kernel does not say. */
void cgroup_cpu_max(char *text, size_t bytes);

/* ns for which the quota has stopped this process's group so far; 0 where there is none. */
uint64_t cgroup_throttled_ns(void);

/* A group of our own for the SUT. An all-zero one is valid and empty. */
struct control_group {
	char path[CGROUP_PATH_MAX]; /* "" when none could be made */
	int version;
};

/*
 * Makes the group concbench-PID below this process's own, after removing those of dead supervisors.
 * In version 2, where a group with processes has none that count memory below it, beside its own
 * instead, if that has no limits that the SUT would so escape.
 *   Returns  0 or -errno; the group is then empty, and its readings are -1.
 */
int memory_group_make(struct control_group *group);
/*
 * The same for counting CPU time; only where it does not share it out as well, since the SUT would
 * then be scheduled as one (-EOPNOTSUPP).
 *   memory  the group that the SUT's memory is counted in: in version 2 it can be in no other
 * (-EBUSY)
 */
int cpu_group_make(struct control_group *group, const struct control_group *memory);
/* Moves the calling process into it. */
int control_group_enter(const struct control_group *group);
/* Bytes charged to it: all, and the kernel's part (stacks, page tables, slab); -1 where unknown. */
int64_t memory_group_bytes(const struct control_group *group);
int64_t memory_group_kernel_bytes(const struct control_group *group);
/* CPU time of all that ran in it, up to the last tick of what still runs; -1 where unknown. */
int64_t cpu_group_ns(const struct control_group *group);
/* Removes it, once no process is left in it. */
void control_group_remove(struct control_group *group);
/*
 * Removes the groups of supervisors that were killed before they could, once their last process has
 * gone (at most a second each). Groups of living ones stay.
 */
void control_groups_sweep(void);

#endif
