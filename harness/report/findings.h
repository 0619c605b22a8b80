/*
 * What a run has found, in sentences: made from the same rows as the tables, and only from what is
 * beyond doubt there.
 */
#ifndef CONCBENCH_HARNESS_REPORT_FINDINGS_H
#define CONCBENCH_HARNESS_REPORT_FINDINGS_H

#include "harness/report/tables.h"

enum { FINDINGS_MAX = 3, FINDING_BYTES = 800 };

struct findings {
	char text[FINDINGS_MAX][FINDING_BYTES];
	int count;
};

/*
 * The most useful findings of a run, the first one first; at most one of each kind of workload.
 *   Threads  any.
 */
void findings_make(struct findings *findings, const struct report *report);

/* One sentence on one table: the best model, by how much, and over which. */
void finding_of_group(const struct group_rows *group, char *text, size_t bytes);

/*
 * Why the best row is better than another: the cost per operation in which they differ most, with
 * both figures; "" where the counts do not tell.
 */
void finding_why(const struct group_rows *group, const struct row *row, char *text, size_t bytes);

/* The first family that is surely behind, and could be chosen (one after the other is no choice);
   NULL = none. */
const struct row *finding_outrun(const struct group_rows *group);

/* All of it under a heading; nothing where there is nothing. */
void findings_print(const struct writer *writer, const struct report *report);

#endif
