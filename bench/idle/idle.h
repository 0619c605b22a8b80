#ifndef CONCBENCH_BENCH_IDLE_IDLE_H
#define CONCBENCH_BENCH_IDLE_IDLE_H

#include "harness/workload.h"

extern const struct workload idle_workload;

int idle_async(struct orders *orders);
int idle_threads(struct orders *orders);
int idle_processes(struct orders *orders);

#endif
