/*
 * A part of a report by itself: one table, or one chart, for slides and documents.
 */
#ifndef CONCBENCH_HARNESS_REPORT_EXCERPT_H
#define CONCBENCH_HARNESS_REPORT_EXCERPT_H

#include "harness/report/chart.h"

/*
 * Writes the tables of a workload, or the "matrix".
 *   Returns  how many tables, 0 = there is none of that name; -ENOMEM.
 */
int excerpt_tables(const struct report *report, const char *name, const struct writer *writer);

/*
 * Writes the first chart of a workload that is about something.
 *   about    "throughput", "latency", "cpu", "memory", "sweep", "speed-up"; NULL = the sweep where
 *            there is one, else throughput
 *   error    the message for -ENOENT (no such chart) and -ENOTSUP (no gnuplot)
 *   Returns  0, -ENOENT, -ENOTSUP, -ENOMEM.
 */
int excerpt_chart(const struct report *report, const char *name, const char *about,
	enum chart_format format, FILE *out, char *error, size_t error_bytes)
	__attribute__((warn_unused_result));

/* Counts per operation of a workload's models and a sentence on each; as excerpt_tables. */
int excerpt_why(const struct report *report, const char *workload, const char *model,
	const struct writer *writer);

#endif
