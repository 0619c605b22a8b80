#ifndef CONCBENCH_BENCH_FETCH_FETCH_H
#define CONCBENCH_BENCH_FETCH_FETCH_H

#include "harness/workload.h"

extern const struct workload fetch_workload;

int fetch_async(struct orders *orders);
int fetch_threads(struct orders *orders);
int fetch_processes(struct orders *orders);

#endif
