/*
 * HdrHistogram's percentile table (.hgrm), which its plotter and many other tools read.
 */
#ifndef CONCBENCH_HARNESS_REPORT_HGRM_H
#define CONCBENCH_HARNESS_REPORT_HGRM_H

#include <stdio.h>

#include "harness/measure/distribution.h"

/*
 * Writes the table, values in ms: five percentiles for every halving of the distance to 100 %.
 * Levels that the load's lag hides are left out, and a comment says so.
 */
void hgrm_write(FILE *out, const struct distribution *distribution);

#endif
