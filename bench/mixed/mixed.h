#ifndef CONCBENCH_BENCH_MIXED_MIXED_H
#define CONCBENCH_BENCH_MIXED_MIXED_H

#include "harness/workload.h"

extern const struct workload mixed_workload;

int mixed_async(struct orders *orders);
int mixed_threads(struct orders *orders);
int mixed_processes(struct orders *orders);

#endif
