/*
 * Everything a run has to say, as tables for readers or as data for programs.
 */
#ifndef CONCBENCH_HARNESS_REPORT_REPORT_H
#define CONCBENCH_HARNESS_REPORT_REPORT_H

#include "harness/report/tables.h"

enum report_format {
	REPORT_TERMINAL,
	REPORT_MARKDOWN,
	REPORT_CSV,
	REPORT_JSON,
	REPORT_HYPERFINE,
	REPORT_BENCHSTAT,
	REPORT_GITHUB,
	REPORT_HTML,
	REPORT_TSV,
	REPORT_SVG,
	REPORT_PNG,
	REPORT_JUNIT,
	REPORT_HGRM,
	REPORT_FORMATS
};
extern const char *const report_format_names[]; /* "term", … ended by NULL */

/*
 * Prepares a report of a session that stays the caller's.
 *   folder   where hyperfine.json lies; NULL = nowhere
 *   Returns  0 or -ENOMEM.   Owner: report_free, also after an error.
 */
int report_make(struct report *report, const struct session *session, const char *folder)
	__attribute__((warn_unused_result));
void report_free(struct report *report);

/* Does the format show one table or chart only, so that it must be named? */
bool report_is_excerpt(enum report_format format);

/*
 * Writes it; not for formats that are excerpts.
 *   Returns  0, -ENOMEM, or -errno of the stream (-EPIPE: the reader has gone).
 */
int report_write(const struct report *report, enum report_format format, FILE *out)
	__attribute__((warn_unused_result));
int report_write_with(const struct report *report, const struct writer *writer)
	__attribute__((warn_unused_result));

/* Parts of it: where and from what it was measured; what went wrong; how to read the tables. */
void report_origin(const struct report *report, const struct writer *writer);
void report_warnings(const struct report *report, const struct writer *writer);
void report_legend(const struct report *report, const struct writer *writer);
/* What tuning gains, where the report is asked for it. 0 or -ENOMEM. */
int report_tuned(const struct writer *writer, const struct report *report)
	__attribute__((warn_unused_result));

/* Rows as data; base units (export.c). 0 or -ENOMEM. */
int export_csv(const struct report *report, FILE *out) __attribute__((warn_unused_result));
int export_json(const struct report *report, FILE *out) __attribute__((warn_unused_result));
int export_hyperfine(const struct report *report, FILE *out) __attribute__((warn_unused_result));

/*
 * For other people's tools (interchange.c): Go's benchmark text, a line per invocation; and a list
 * for github-action-benchmark, everything in it better when smaller.
 */
int export_benchstat(const struct report *report, FILE *out) __attribute__((warn_unused_result));
int export_github(const struct report *report, FILE *out) __attribute__((warn_unused_result));

/* JUnit XML, a case per cell; percentile distributions as HdrHistogram prints them. */
int export_junit(const struct report *report, FILE *out) __attribute__((warn_unused_result));
int export_hgrm(const struct report *report, FILE *out) __attribute__((warn_unused_result));

/*
 * Writes report.md, report.csv and report.html into the folder.
 *   error    the file that failed, on failure
 *   Returns  0 or -errno.
 */
int report_save(const struct report *report, const char *folder, char *error, size_t error_bytes)
	__attribute__((warn_unused_result));

#endif
