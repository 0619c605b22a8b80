/*
 * The unit of replication: four fresh invocations, ABBA or BAAB. Its value is the difference of the
 * means of both sides (of logarithms, where ratios are compared), in which linear drift cancels;
 * the coin makes its sign symmetric when there is no difference.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_QUAD_H
#define CONCBENCH_HARNESS_COMPARE_QUAD_H

#include "harness/compare/compare.h"

enum { QUAD = 4 };

/* The orders; row 1 begins with the head. */
extern const enum arm quad_orders[2][QUAD];

/*
 * The value of a metric over a quad's samples in their order.
 *   Returns  NaN where one of the four has none.
 */
double quad_value(const struct sample samples[QUAD], int order, enum metric metric);

/* What the base alone has of a metric in the four, on average; 0 where it has none. */
double quad_base(const double values[QUAD], int order);

/* The same of four bare durations, as a log-ratio. */
double quad_of(const double durations[QUAD], int order, bool ratio);

#endif
