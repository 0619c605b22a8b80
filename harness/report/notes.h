/*
 * Numbered footnotes of a table. What several rows have in common is one note that names them;
 * where they differ in one number, it shows from where to where that goes.
 */
#ifndef CONCBENCH_HARNESS_REPORT_NOTES_H
#define CONCBENCH_HARNESS_REPORT_NOTES_H

#include "harness/report/grid.h"

enum { NOTES_MAX = 80, NOTE_BYTES = 320, NOTE_NUMBER_BYTES = 24 };

struct note {
	char who[NOTE_BYTES]; /* the rows, "async, threads"; "": the note is about no row */
	char text[NOTE_BYTES];
	int varying; /* bytes of text before the number that differs; -1: none does */
	char low[NOTE_NUMBER_BYTES], high[NOTE_NUMBER_BYTES];
};

struct notes {
	struct note notes[NOTES_MAX];
	int count;
};

/* The note's number, from 1; 0 when there are too many. */
int notes_add(struct notes *notes, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same of a note about a row. */
int notes_add_about(struct notes *notes, const char *who, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "(1) async, threads: …", a line each. */
void notes_write(const struct writer *writer, const struct notes *notes);

#endif
