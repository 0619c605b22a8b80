/*
 * The lectures' tables of languages, with the figures of this run.
 */
#ifndef CONCBENCH_HARNESS_REPORT_HTML_GUESTS_H
#define CONCBENCH_HARNESS_REPORT_HTML_GUESTS_H

#include "harness/report/tables.h"

/*
 * Writes the section: what Python, Go and C++ offer beside our models, in the workloads that guests
 * have. "–" where none was run, with the command that runs it. Nothing where no such workload is in
 * the run.
 *   Returns  0 or -ENOMEM.
 */
int html_guests(FILE *out, const struct report *report) __attribute__((warn_unused_result));

#endif
