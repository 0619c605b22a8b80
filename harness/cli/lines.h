/*
 * Text of the commands as wide as the terminal: help, lists, plans. Tables and notes of reports
 * have a writer of their own (harness/report/grid.h), which this asks for width and character set.
 */
#ifndef CONCBENCH_HARNESS_CLI_LINES_H
#define CONCBENCH_HARNESS_CLI_LINES_H

#include <stdio.h>

/*
 * Lays lines out. A line that is too wide is cut at blanks and goes on under its last column, which
 * begins after a gap of two blanks or more in the left two thirds; without one where the line
 * begins, or two blanks further in where that is set in. Lines that begin under that column are the
 * same text and flow together.
 *   width    columns, at least 20; a word wider than that stands alone
 *   Errors   those of the stream.
 *   Threads  one at a time.
 */
void lines_write(FILE *out, int width, const char *text);

/* The same to standard output, as wide as it is (a pipe: 100 columns) and in its character set.
   Returns EXIT_FINE, which is what asking for help ends with. */
int cli_print_help(const char *text);

/*
 * The same of what a program may look for lines in: into a pipe without a width (COLUMNS) no line
 * is cut. Returns  0 or -ENOMEM; errors of the stream show when it is flushed (cli_main does).
 */
int cli_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
