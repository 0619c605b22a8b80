/*
 * The judge of contamination: a loop pinned to a CPU that wants nothing but that CPU. What it did
 * not get, beyond waiting behind tasks of this machine, somebody outside took.
 */
#ifndef CONCBENCH_HARNESS_RUN_SPINNER_H
#define CONCBENCH_HARNESS_RUN_SPINNER_H

#include <sched.h>

/*
 * Spins 10 ms on each of the CPUs in turn.
 *   waited   the largest share that the loop stood behind other tasks of this machine; NULL = not
 *            asked for
 *   Returns  the largest (wall - CPU time - run delay) / wall, 0.0 .. 1.0; 0 where the kernel tells
 *            no run delay.
 *   Threads  one at a time; the caller's affinity is restored.
 */
double spinner_share(const cpu_set_t *cpus, double *waited);

#endif
