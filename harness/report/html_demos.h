/*
 * The section of the HTML report with what `concbench demo` found.
 */
#ifndef CONCBENCH_HARNESS_REPORT_HTML_DEMOS_H
#define CONCBENCH_HARNESS_REPORT_HTML_DEMOS_H

#include <stdio.h>

/*
 * Writes it.
 *   path  of the kept results (DEMO_KEPT, beside the runs); one that is not there: nothing was run
 *   Returns  0 or -ENOMEM.
 */
int html_demos(FILE *out, const char *path) __attribute__((warn_unused_result));

#endif
