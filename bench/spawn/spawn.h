/*
 * spawn: tasks that do nothing but exist.
 *
 * There is no file per family: starting and ending is what the crew does, so one function serves
 * all.
 */
#ifndef CONCBENCH_BENCH_SPAWN_SPAWN_H
#define CONCBENCH_BENCH_SPAWN_SPAWN_H

#include "harness/workload.h"

extern const struct workload spawn_workload;

#endif
