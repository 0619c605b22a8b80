/*
 * HdrHistogram's percentile table (.hgrm), which its plotter and many other tools read.
 */
#ifndef CONCBENCH_HARNESS_REPORT_HGRM_H
#define CONCBENCH_HARNESS_REPORT_HGRM_H

#include <stdio.h>

#include "harness/measure/histogram.h"

/*
 * Writes the table, values in ms: five percentiles for every halving of the distance to 100 %.
 *   max_ns   the largest value recorded
 */
void hgrm_write(FILE *out, const struct histogram *histogram, uint64_t max_ns);

#endif
