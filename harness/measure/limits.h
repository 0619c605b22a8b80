/*
 * Which limit was met: EAGAIN and ENOMEM do not say, so every limit that can be behind them is read
 * at the moment of failure, and the one that is exhausted is named.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_LIMITS_H
#define CONCBENCH_HARNESS_MEASURE_LIMITS_H

#include <stddef.h>

/*
 * Names the limit behind an error, "RLIMIT_NPROC 4096 reached at 4093 tasks".
 *   rc       -EAGAIN, -ENOMEM, -EMFILE, -ENFILE, -ENOSPC: may be a limit; others are not
 *   tasks    how far it got
 *   Returns  0, or -ENOENT when the error is no limit or none is exhausted.
 *   Threads  one at a time, before what was started is taken down again.
 */
int limit_name(int rc, int tasks, char *text, size_t bytes);

#endif
