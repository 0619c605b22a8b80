#ifndef CONCBENCH_BENCH_ECHO_ECHO_H
#define CONCBENCH_BENCH_ECHO_ECHO_H

#include "harness/workload.h"

extern const struct workload echo_workload;

int echo_async(struct orders *orders);
int echo_threads(struct orders *orders);
int echo_processes(struct orders *orders);

#endif
