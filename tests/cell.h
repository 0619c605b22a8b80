/*
 * One invocation of a workload under a model, by the program that was built with the tests.
 */
#ifndef CONCBENCH_TESTS_CELL_H
#define CONCBENCH_TESTS_CELL_H

#include "harness/record.h"

/*
 * Runs `concbench exec WORKLOAD/MODEL --size smoke --seed 1 MORE` on the CPUs this process may use and
 * reads its record.
 *   more     further arguments, "" for none
 *   record   the caller releases it
 *   Returns  the exit status; a test that gets no record fails.
 */
int cell_run(const char *workload, const char *model, const char *more, struct record *record);

#endif
