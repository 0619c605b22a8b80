/*
 * Two threads that count at the same time, on two CPUs where there are two.
 */
#ifndef CONCBENCH_HARNESS_SELFTEST_RECORDER_H
#define CONCBENCH_HARNESS_SELFTEST_RECORDER_H

#include "harness/selftest/selftest.h"

/*
 * How long a count takes when the counters are so far apart.
 *   stride_bytes  a multiple of 8, at most 8 KiB
 *   Returns       ns; -1 without memory or a second thread.
 */
double recorder_two_writers_ns(size_t stride_bytes);

#endif
