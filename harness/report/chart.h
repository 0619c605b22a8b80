/*
 * Charts of a run, drawn by gnuplot: what each shows is decided here, how all look in one place
 * (chart_style.c).
 */
#ifndef CONCBENCH_HARNESS_REPORT_CHART_H
#define CONCBENCH_HARNESS_REPORT_CHART_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/report/tables.h"

enum chart_format { CHART_SVG, CHART_PNG };

/* Charts in place of `group` that are of no single group. */
enum { CHARTS_OF_RUN = -1 };

struct chart {
	const char *about; /* "throughput", "latency", "cpu", "memory", "sweep", "speed-up" */
	int group;         /* of the report's groups, or CHARTS_OF_RUN */
	char title[200];
	char text[600]; /* the same in words, for those who do not see it */
	int width, height;
	char *script; /* gnuplot's, after the style; malloc'd */
	size_t script_bytes;
	char *drawing; /* malloc'd; NULL = not drawn */
	size_t drawing_bytes;
};

struct charts {
	struct chart *list; /* malloc'd */
	int count, room;
	char missing[400]; /* why there are no drawings; "" = there are */
};

/*
 * Everything a run can be drawn as.
 *   Returns  0 or -ENOMEM.   Owner: charts_free, also after an error.
 */
int charts_make(struct charts *charts, const struct report *report)
	__attribute__((warn_unused_result));
void charts_free(struct charts *charts);

/*
 * Draws them all by one gnuplot.
 *   Returns  0, also where there is no gnuplot or it failed (charts->missing says so); -ENOMEM.
 */
int charts_draw(struct charts *charts, enum chart_format format)
	__attribute__((warn_unused_result));

/* What the drawings in a document refer to; before the first of them. */
void charts_definitions(const struct charts *charts, FILE *out);

/* The drawings of a group as figures of an HTML document. */
void charts_write(const struct charts *charts, int group, FILE *out);

/* A new chart at the end of the list, whose script is to be written to *script and closed with
   chart_end. NULL without memory. */
struct chart *chart_begin(struct charts *charts, const char *about, int group, FILE **script);
int chart_end(struct chart *chart, FILE *script, int rc) __attribute__((warn_unused_result));

/* A model's colour (0xrrggbb) and its place in the table of styles: the same in every chart. */
unsigned chart_colour(const char *model);
int chart_point(const char *model);

/* The text within a gnuplot string in double quotes. */
void chart_quote(FILE *script, const char *text);

/* Charts of a group (chart_bars.c, chart_lines.c). 0 or -ENOMEM. */
int chart_throughput(struct charts *charts, const struct report *report, int group)
	__attribute__((warn_unused_result));
int chart_cpu(struct charts *charts, const struct report *report, int group)
	__attribute__((warn_unused_result));
int chart_memory(struct charts *charts, const struct report *report, int group)
	__attribute__((warn_unused_result));
int chart_latency(struct charts *charts, const struct report *report, int group)
	__attribute__((warn_unused_result));
int chart_sweep(struct charts *charts, const struct report *report, int group)
	__attribute__((warn_unused_result));
int chart_scaling(struct charts *charts, const struct report *report, int group)
	__attribute__((warn_unused_result));

#endif
