/*
 * The table that a terminal shows while a run measures: the rows of the workload that is measured
 * now, with the interval of what has been measured so far, which narrows from block to block.
 * Redrawn in place; nothing of it is left when it ends.
 */
#ifndef CONCBENCH_HARNESS_RUN_LIVE_H
#define CONCBENCH_HARNESS_RUN_LIVE_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/record.h"

enum {
	LIVE_TITLE_MAX = 256,
	LIVE_VALUES = 64, /* of a row, the latest ones */
	LIVE_LINES = 64   /* drawn at most */
};

/* What was measured of a cell. */
struct live_row {
	char title[LIVE_TITLE_MAX]; /* of its table: workload, kind, CPUs and parameters */
	char model[RECORD_NAME_MAX];
	char trouble[24]; /* the status of the last one that is not ok; "" */
	const char *what; /* "op/s", "round", "per task" */
	double values[LIVE_VALUES];
	int count; /* of all invocations; the last LIVE_VALUES of them are kept */
};

/* An all-zero one is empty. */
struct live {
	struct live_row *rows; /* malloc'd */
	int rows_count, rows_room;
	char title[LIVE_TITLE_MAX]; /* of the table that is shown; "" none */
	bool utf8;
	/* what stands on the screen: columns that each line takes */
	int drawn[LIVE_LINES], drawn_count;
};

/* Adds a record to its row, and shows that row's table from now on. Without memory nothing. */
void live_add(struct live *live, const struct record *record);

/*
 * Draws the table and below it a line of text, over what was drawn before.
 *   width, height  of the terminal now; a table that is too high is cut
 */
void live_draw(struct live *live, FILE *out, const char *line, int width, int height);

/* Takes away what was drawn; the cursor stands where it began. Width as it is now. */
void live_clear(struct live *live, FILE *out, int width);

void live_free(struct live *live);

#endif
