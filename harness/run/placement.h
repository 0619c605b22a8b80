/*
 * Which CPUs the system under test gets, and which the load. They never overlap: a client on the
 * server's CPU measures the scheduler.
 */
#ifndef CONCBENCH_HARNESS_RUN_PLACEMENT_H
#define CONCBENCH_HARNESS_RUN_PLACEMENT_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PLACEMENT_SIZES_MAX = 64 };

/* The CPUs of cells with a load process, and of those without. */
struct placement {
	cpu_set_t sut, load; /* with a load process; load is empty where there is only one CPU */
	cpu_set_t alone;     /* without */
	cpu_set_t one;       /* the first of alone: the 1-CPU variant */
	/* Numbers of CPUs, fewer than alone has, on which cells without a load are measured too. */
	int64_t sizes[PLACEMENT_SIZES_MAX];
	int sizes_count;
};

/* The first n CPUs of a set. */
void placement_first(cpu_set_t *to, const cpu_set_t *from, int n);

/*
 *   allowed    CPUs this process may use
 *   cpus       use only the first so many of them; 0 = all
 *   sut, load  lists of the command line, NULL = by default: the first half serves, the rest loads
 *   Returns    0, or -EINVAL with the message (overlap, a CPU that is not allowed, an empty list).
 */
int placement_make(struct placement *placement, const cpu_set_t *allowed, int cpus, const char *sut,
	const char *load, char *error, size_t error_bytes) __attribute__((warn_unused_result));

#endif
