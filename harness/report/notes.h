/*
 * Numbered footnotes of a table: the same text gets the same number.
 */
#ifndef CONCBENCH_HARNESS_REPORT_NOTES_H
#define CONCBENCH_HARNESS_REPORT_NOTES_H

#include "harness/report/grid.h"

enum { NOTES_MAX = 80, NOTE_BYTES = 320 };

struct notes {
	char text[NOTES_MAX][NOTE_BYTES];
	int count;
};

/* The note's number, from 1; 0 when there are too many. */
int notes_add(struct notes *notes, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "(1) …", a line each. */
void notes_write(const struct writer *writer, const struct notes *notes);

#endif
