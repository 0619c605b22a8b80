/*
 * The ledger: siblings must have done the same work per round. A cell that did other work is
 * refused, not printed, because its figures answer another question.
 */
#ifndef CONCBENCH_HARNESS_REPORT_LEDGER_H
#define CONCBENCH_HARNESS_REPORT_LEDGER_H

#include "harness/report/group.h"

/*
 * The first kind of work in which two records differ per round.
 *   Returns  "tasks", "operations", "bytes", "checksum", or NULL if they did the same: compared
 *            exactly by a.total x b.rounds == b.total x a.rounds (the checksum modulo 2^64). Tasks
 *            are those of a round already.
 *   Threads  any.
 */
const char *ledger_difference(const struct record *a, const struct record *b);

/*
 * Refuses rows of the group that are ok by themselves but did other work: status INVALID with the
 * reason. A row must agree with itself; then the majority of the rows decides, and where there is
 * none (of two that differ, both) all are refused.
 */
void ledger_judge(struct group_rows *group);

#endif
