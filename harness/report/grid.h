/*
 * A grid of texts and where it goes: a terminal of any width, Markdown, HTML or tab-separated
 * values. Everything a report prints passes through a writer, so that all say the same.
 */
#ifndef CONCBENCH_HARNESS_REPORT_GRID_H
#define CONCBENCH_HARNESS_REPORT_GRID_H

#include <stdbool.h>
#include <stdio.h>

enum { CELL_BYTES = 96 };

struct grid {
	int columns, rows;         /* rows without the head */
	char (*cells)[CELL_BYTES]; /* row 0 is the head; malloc'd */
	double *values; /* of each cell: what the text was made from, in base units; NaN: words */
	float *heats;   /* of each cell: 0 worst .. 1 best, NaN: none; shown where there is room */
	bool *strong;   /* [rows + 1]: rows in bold */
	int lead;       /* columns on the left that every panel repeats */
};

enum writer_format { WRITER_TERMINAL, WRITER_MARKDOWN, WRITER_HTML, WRITER_TSV };

struct writer {
	FILE *out;
	enum writer_format format;
	int width;   /* terminal: columns */
	bool utf8;   /* else everything becomes ASCII */
	bool colour; /* terminal only, never the only carrier */
	int depth;   /* of headings: 0 a section, 1 a part of one */
};

/* A writer for a stream: its width, colour and character set are found out.   Owner: the caller. */
struct writer writer_for(FILE *out, enum writer_format format);

/* The text as a screen without UTF-8 can show it, cut to bytes - 1. */
void text_to_ascii(char *to, size_t bytes, const char *from);

/* 0 or -ENOMEM. */
int grid_init(struct grid *grid, int columns, int rows, int lead)
	__attribute__((warn_unused_result));
void grid_free(struct grid *grid);

/* Text of a cell; row 0 is the head. */
void grid_set(struct grid *grid, int row, int column, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* What the cell's text was made from: programs and sorting take this, not the text. */
void grid_value(struct grid *grid, int row, int column, double value);
/* How good the cell is beside its row: 0 .. 1. */
void grid_heat(struct grid *grid, int row, int column, double heat);

/* The text of a cell. */
const char *grid_text(const struct grid *grid, int row, int column);

/* Takes out the columns that have no text in any row. */
void grid_squeeze(struct grid *grid);

void write_heading(const struct writer *writer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A paragraph, wrapped on a terminal. */
void write_text(const struct writer *writer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* An item of a list of notes. */
void write_note(const struct writer *writer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The grid; on a terminal cut into panels that fit, each with the leading columns. */
void write_grid(const struct writer *writer, const struct grid *grid);

#endif
