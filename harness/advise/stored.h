/*
 * Advice from a stored run: which of its tables is the nearest to a request. Tables of any workload
 * whose requests wait and compute will do: http at a rate or without one, mixed.
 */
#ifndef CONCBENCH_HARNESS_ADVISE_STORED_H
#define CONCBENCH_HARNESS_ADVISE_STORED_H

#include "harness/advise/request.h"
#include "harness/report/tables.h"

/* The sum of the logarithms of the factors between a table's parameters and the request's; a rate
   only where the table has one. */
double stored_distance(const struct group_rows *group, const struct request *request);

/* The nearest table, one at a rate before one without; NULL = none. */
const struct group_rows *stored_nearest(const struct report *report, const struct request *request);

/* Says what was measured where that is not what was asked for, and what a table without a rate
   tells. */
void stored_write(
	const struct writer *writer, const struct group_rows *group, const struct request *request);

#endif
