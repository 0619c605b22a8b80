/*
 * concbench report --why: counts that say why a cell is as fast as it is, and a profile of it.
 */
#ifndef CONCBENCH_HARNESS_CLI_REPORT_WHY_H
#define CONCBENCH_HARNESS_CLI_REPORT_WHY_H

#include "harness/report/report.h"

/*
 * Prints the counts per operation of the workload's models and a sentence on each; for a single
 * cell also which system calls it makes, counted by strace in an invocation made now.
 *   cell     "WORKLOAD" or "WORKLOAD/MODEL"
 *   Returns  an exit status, after a line on stderr where it is not EXIT_FINE.
 */
int report_why(const struct report *report, const char *cell);

#endif
