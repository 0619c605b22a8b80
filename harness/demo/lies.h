/*
 * The lies, by the file their subject is in. Each fills the result as demo.h says.
 */
#ifndef CONCBENCH_HARNESS_DEMO_LIES_H
#define CONCBENCH_HARNESS_DEMO_LIES_H

#include "harness/demo/demo.h"

/* lies_memory.c */
int lie_rss(struct demo_result *result, const struct demo_setting *setting);

/* lies_arithmetic.c */
int lie_mean_of_percentiles(struct demo_result *result, const struct demo_setting *setting);

#endif
