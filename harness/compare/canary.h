/*
 * Two pieces of work that no change of the program can touch: if they differ between the sides, it
 * is the machine that does.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_CANARY_H
#define CONCBENCH_HARNESS_COMPARE_CANARY_H

/* A fixed arithmetic loop of a few ms. Returns its duration in ns. */
double canary_arithmetic(void);

/*
 * A fixed number of round trips of a byte through two pipes to a child on the same CPU: what
 * arithmetic does not see of the kernel.
 *   Returns  ns; NaN where no child or pipe could be had.   Threads: one at a time.
 */
double canary_pipe(void);

#endif
