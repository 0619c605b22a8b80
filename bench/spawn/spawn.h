#ifndef CONCBENCH_BENCH_SPAWN_SPAWN_H
#define CONCBENCH_BENCH_SPAWN_SPAWN_H

#include "harness/workload.h"

extern const struct workload spawn_workload;

int spawn_async(struct orders *orders);
int spawn_threads(struct orders *orders);
int spawn_processes(struct orders *orders);

#endif
