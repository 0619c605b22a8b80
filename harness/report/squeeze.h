/*
 * Makes a drawing of gnuplot's smaller without changing what it shows.
 */
#ifndef CONCBENCH_HARNESS_REPORT_SQUEEZE_H
#define CONCBENCH_HARNESS_REPORT_SQUEEZE_H

#include <stdio.h>

/* What squeeze_write leaves out of the outermost groups: the group around them has to have it. */
extern const char squeeze_defaults[];

/*
 * Writes the inside of an SVG without empty groups, paths of one point, space between elements,
 * and zeros at the end of numbers in attributes; outermost groups without squeeze_defaults.
 *   text  well-formed; what stands between elements, but for space, is written as it is
 */
void squeeze_write(FILE *out, const char *text);

#endif
