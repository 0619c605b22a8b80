#ifndef CONCBENCH_BENCH_FILE_FILE_H
#define CONCBENCH_BENCH_FILE_FILE_H

#include "harness/workload.h"

extern const struct workload file_workload;

int file_async(struct orders *orders);
int file_threads(struct orders *orders);
int file_processes(struct orders *orders);

#endif
