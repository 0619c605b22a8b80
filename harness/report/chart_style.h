/*
 * How charts look, decided once.
 */
#ifndef CONCBENCH_HARNESS_REPORT_CHART_STYLE_H
#define CONCBENCH_HARNESS_REPORT_CHART_STYLE_H

#include "harness/report/chart.h"

/*
 * The gnuplot commands before a chart's own: terminal, size, font, borders, grid.
 *   number   of the chart: the drawing tells it again in its title, "n12"
 */
void chart_style(const struct chart *chart, int number, bool png, FILE *script);

/*
 * The chart's SVG inside an HTML document: it takes the document's font and colour of text, so that
 * light and dark and print come by themselves.
 *   number   of the chart in the document, for names that occur once
 */
void chart_inline(const struct chart *chart, int number, FILE *out);

/* The points that all drawings of a document refer to, taken from any of them. */
void chart_definitions(const struct chart *chart, FILE *out);

#endif
