/*
 * The report as one HTML file that needs nothing else: style, script and drawings stand in it.
 */
#ifndef CONCBENCH_HARNESS_REPORT_HTML_H
#define CONCBENCH_HARNESS_REPORT_HTML_H

#include <stddef.h>
#include <stdio.h>

#include "harness/report/grid.h"

struct report;

/* The text with the characters that mean something to HTML replaced. */
void html_text(FILE *out, const char *text);

/* An element with a text and, unless NULL, a class. */
void html_element(FILE *out, const char *name, const char *class, const char *text);

/* A word that can name an element: letters, digits and hyphens of the text. */
void html_anchor(char *anchor, size_t bytes, const char *text);

/*
 * A table that can be sorted: every figure carries its value in base units (data-v), every cell the
 * head of its column (data-h) for screens too narrow for columns.
 */
void html_grid(FILE *out, const struct grid *grid);

/* The style sheet and the script (html_assets.c). */
extern const char html_style[], html_script[];

/* The whole document. 0 or -ENOMEM. */
int export_html(const struct report *report, FILE *out) __attribute__((warn_unused_result));

#endif
