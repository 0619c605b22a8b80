/*
 * What some of the lectures' claims are decided with, and nothing else: workloads of the
 * coroutines' own constructs, generators and queues, which threads and processes do not have. They
 * are no rows of the tables of a run; `concbench demo` measures them.
 */
#ifndef CONCBENCH_BENCH_DEMO_DEMO_H
#define CONCBENCH_BENCH_DEMO_DEMO_H

#include "harness/workload.h"

extern const struct workload delegation_workload, lines_workload, flood_workload, follow_workload;

#endif
