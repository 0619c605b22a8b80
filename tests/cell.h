/*
 * One invocation of a workload under a model, by the program that was built with the tests.
 */
#ifndef CONCBENCH_TESTS_CELL_H
#define CONCBENCH_TESTS_CELL_H

#include "harness/record.h"

/*
 * Runs `concbench exec WORKLOAD/MODEL --size smoke --seed 1 MORE` and reads its record.
 *   more     further arguments, "" for none
 *   record   the caller releases it
 *   Returns  the exit status; a test that gets no record fails.
 */
int cell_run(const char *workload, const char *model, const char *more, struct record *record);

/*
 * True if the invocation counts, or would but for what the machine did to it meanwhile (a backlog
 * that overflowed somewhere, an upstream made late by other work): its work is complete.
 */
bool cell_complete(const struct record *record);

#endif
