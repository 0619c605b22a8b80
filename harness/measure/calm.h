/*
 * How much of the machine others used while something was measured: what tells a figure that is
 * wrong from one that could not be taken.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_CALM_H
#define CONCBENCH_HARNESS_MEASURE_CALM_H

#include <stdint.h>

/* CPU time up to now, ns. */
struct calm {
	uint64_t wall_ns;
	int64_t all_ns; /* of all CPUs, what the host took included; -1: cannot be read */
	int64_t own_ns; /* of this process and the children it has reaped */
};

/* Reads where it stands now. */
void calm_begin(struct calm *begin);

/*
 * Since then, the share of all CPUs' time that neither this process nor its reaped children had and
 * that was not idle either.
 *   Returns  0 .. 1; 0 where it cannot be told. Ticks are counted: a few percent over 0.3 s.
 *   Threads  any.
 */
double calm_others(const struct calm *begin);

/* More than this taken by others makes a duration no evidence. */
#define CALM_MOST 0.1

#endif
