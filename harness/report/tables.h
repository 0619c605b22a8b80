/*
 * The tables of a run: one per benchmark with a row per model, and the matrix of all.
 */
#ifndef CONCBENCH_HARNESS_REPORT_TABLES_H
#define CONCBENCH_HARNESS_REPORT_TABLES_H

#include "harness/report/grid.h"
#include "harness/report/group.h"
#include "harness/report/hyperfine.h"

/* The most rows that a chart shows. */
enum { MODELS_SHOWN = 24 };

/* What a report is made from. */
struct report {
	const struct session *session;
	struct groups groups;
	struct hyperfine hyperfine;
	bool charts;  /* HTML: with charts */
	char *demos;  /* HTML: path of the demonstrations' results; malloc'd, NULL: none */
	bool tuned;   /* with the best setting of each model beside its default */
	char *tuning; /* path of what find tuning kept; malloc'd, NULL: none */
};

/* One benchmark: heading, grid, footnotes. 0 or -ENOMEM. */
int table_write(const struct writer *writer, const struct report *report,
	const struct group_rows *group) __attribute__((warn_unused_result));

/* All benchmarks against all models: ratio to the best of each. 0 or -ENOMEM. */
/* What more CPUs give each model; nothing where a run has one number of CPUs. 0 or -ENOMEM. */
int scaling_write(const struct writer *writer, const struct report *report)
	__attribute__((warn_unused_result));
int matrix_write(const struct writer *writer, const struct report *report)
	__attribute__((warn_unused_result));

/* Where the memory of a task lies; nothing where none was measured. 0 or -ENOMEM. */
int breakdown_write(const struct writer *writer, const struct report *report)
	__attribute__((warn_unused_result));

/* Counts per operation of every row, and a sentence on each (why.c). 0 or -ENOMEM. */
int why_write(const struct writer *writer, const struct group_rows *group)
	__attribute__((warn_unused_result));

/* The command that measures a row again. */
void row_command(const struct row *row, char *text, size_t bytes);

/* "server on 1 CPU", "on 2 CPUs". */
void group_cpus(const struct group_rows *group, char *text, size_t bytes);

/* The swept parameters of a group, " tasks=1k"; "" where nothing was swept. */
void group_sweep(
	const struct session *session, const struct group_rows *group, char *text, size_t bytes);

/* What a row without a figure shows in its place: "– not possible", "limit", "INVALID", "failed".
 */
const char *row_verdict(const struct row *row);

/* What stands before a ratio: "≈ " not separated from the best, "? " too few pairs to tell. */
const char *standing_mark(enum standing standing);

/* Explains the marks of the rows of these groups, a note each. */
void standing_notes(const struct writer *writer, const struct group_rows *groups, int count);

#endif
