#ifndef CONCBENCH_BENCH_HASH_HASH_H
#define CONCBENCH_BENCH_HASH_HASH_H

#include "harness/workload.h"

extern const struct workload hash_workload;

int hash_async(struct orders *orders);
int hash_threads(struct orders *orders);
int hash_processes(struct orders *orders);

#endif
