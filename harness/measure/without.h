/*
 * CONCBENCH_WITHOUT=cgroup,perf,…: the environment variable that forces each fallback, so that a
 * test can prove it on a machine that has the real thing.
 */
#ifndef CONCBENCH_HARNESS_MEASURE_WITHOUT_H
#define CONCBENCH_HARNESS_MEASURE_WITHOUT_H

#include <stdbool.h>

/* True if the feature is to be treated as missing. */
bool without(const char *feature);

#endif
