/*
 * What tables say of a load that has phases: goodput and latency of each, what was shed and lost,
 * and how long it took to recover.
 */
#ifndef CONCBENCH_HARNESS_REPORT_COURSE_H
#define CONCBENCH_HARNESS_REPORT_COURSE_H

#include "harness/course.h"
#include "harness/record.h"
#include "harness/stats/interval.h"

struct row;
struct group_rows;
struct grid;

/* Medians over a row's invocations that count; n = 0 and NaN where there are none. */
struct row_course {
	const struct course
		*sample; /* of its first invocation that counts; NULL: it had no phases */
	struct interval goodput[COURSE_PHASES_MAX]; /* per second */
	struct interval p99_ns[COURSE_PHASES_MAX];
	struct interval capacity;    /* per second */
	struct interval shed, lost;  /* requests of all phases; lost: but those of a drain */
	struct interval last_lost;   /* the others */
	struct interval refused;     /* connections, of all phases but a drain's */
	struct interval waiting;     /* most requests due and unanswered */
	struct interval broken;      /* connections */
	struct interval recovery_ns; /* one that did not come is as long as it was waited for … */
	bool never;                  /* … and so is half of them or more: "at least" */
	struct interval drain_ns;
};

/* Computes row->course from its records. */
void row_course_compute(struct row *row);

/* The first row that has one; NULL: the load had no phases. */
const struct row *group_course(const struct group_rows *group);

/* The columns of a course's table: how many, their heads, and a row's figures. */
int course_columns(const struct row *sample);
void course_heads(struct grid *grid, int first, const struct row *sample);
void course_figures(struct grid *grid, int at, int first, const struct row *row);

/*
 * What stands below such a table: what its columns mean, and the corrected p99 in each slice of
 * every row's first invocation. 0 or -ENOMEM.
 */
struct writer;
int course_remarks(const struct writer *writer, const struct group_rows *group)
	__attribute__((warn_unused_result));

#endif
