/*
 * The lies, by the file their subject is in. Each fills the result as demo.h says.
 */
#ifndef CONCBENCH_HARNESS_DEMO_LIES_H
#define CONCBENCH_HARNESS_DEMO_LIES_H

#include "harness/demo/demo.h"

/* lies_memory.c */
int lie_rss(struct demo_result *result, const struct demo_setting *setting);

/* lies_load.c */
int lie_closed_loop(struct demo_result *result, const struct demo_setting *setting);
int lie_same_cpu(struct demo_result *result, const struct demo_setting *setting);

/* lies_network.c */
int lie_nagle(struct demo_result *result, const struct demo_setting *setting);
int lie_small_backlog(struct demo_result *result, const struct demo_setting *setting);

/* lies_time.c */
int lie_cold_start(struct demo_result *result, const struct demo_setting *setting);
int lie_unequal_work(struct demo_result *result, const struct demo_setting *setting);

/* lies_arithmetic.c */
int lie_mean_of_percentiles(struct demo_result *result, const struct demo_setting *setting);

#endif
