#ifndef CONCBENCH_BENCH_SLEEP_SLEEP_H
#define CONCBENCH_BENCH_SLEEP_SLEEP_H

#include "harness/workload.h"

extern const struct workload sleep_workload;

int sleep_async(struct orders *orders);
int sleep_threads(struct orders *orders);
int sleep_processes(struct orders *orders);

#endif
