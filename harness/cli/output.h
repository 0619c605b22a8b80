/*
 * Where and how a command prints its report: --format and -o.
 */
#ifndef CONCBENCH_HARNESS_CLI_OUTPUT_H
#define CONCBENCH_HARNESS_CLI_OUTPUT_H

#include "harness/report/report.h"

/* Is there such a format (NULL: the default)? Else a line on stderr and EXIT_WRONG_USE. */
int output_check(const char *command, const char *format);

/*
 * Can the file be written to (NULL and "-": yes)? To be asked before measuring. A file that is
 * there stays as it is, one that is not is not made. Returns  as output_report.
 */
int output_writable(const char *command, const char *path);

/* The same, and is it one of a whole report? */
int output_check_whole(const char *command, const char *format);

/*
 * Prints to a file, NULL or "-" = stdout. A reader that has gone (a closed pipe) is no error.
 *   Returns  an exit status, after a line on stderr where it is not EXIT_FINE.
 */
int output_report(
	const char *command, const struct report *report, const char *format, const char *path);

/* What of a report is printed. */
struct output_choice {
	const char *format, *path; /* NULL = default */
	const char *table;         /* one table or workload; NULL = the whole report */
	const char *chart;         /* svg, png: what it is about; NULL = the first */
};

/* The same for a part of the report. */
int output_excerpt(
	const char *command, const struct report *report, const struct output_choice *choice);

#endif
