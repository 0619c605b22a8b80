/*
 * Counts instead of times: instructions under callgrind, system calls and context switches by the
 * kernel's counters. Two invocations of the base tell which of them are exact on this machine; an
 * exact one needs a single invocation of the head and decides, a noisy one is only reported.
 */
#ifndef CONCBENCH_HARNESS_COMPARE_COUNTED_H
#define CONCBENCH_HARNESS_COMPARE_COUNTED_H

#include <stdbool.h>

#include "harness/compare/compare.h"
#include "harness/report/grid.h"
#include "harness/run/plan.h"

enum count_kind { COUNTED_INSTRUCTIONS, COUNTED_SYSTEM_CALLS, COUNTED_SWITCHES, COUNTED_KINDS };

struct counted {
	char name[2 * RECORD_NAME_MAX + 8];
	enum count_kind kind;
	double base[2], head[2]; /* per operation */
	bool exact, missing;
	char reason[RECORD_REASON_MAX]; /* why it is missing */
	double change;                  /* head / base - 1 */
	enum verdict verdict;           /* inconclusive where it is not exact */
};

/* Two invocations of one program that are further apart have no exact count; what is tolerated of
   an exact one. */
extern const double counted_exact, counted_margin;

/* Judges the two figures of both sides. */
void counted_judge(struct counted *counted);

/*
 * Counts the cells of a plan; those of one name once.
 *   counted  room for COUNTED_KINDS per cell
 *   Returns  how many there are; -EINTR when told to stop; -ENOMEM.
 */
int counted_measure(struct counted *counted, const struct run_plan *plan,
	const char *const programs[ARMS], const char *folder) __attribute__((warn_unused_result));

/* The table and its notes. 0 or -ENOMEM. */
int counted_write(const struct writer *writer, const struct counted *counted, int count)
	__attribute__((warn_unused_result));

/* Of those that are exact: is one regressed, is none there at all? */
bool counted_regressed(const struct counted *counted, int count);
bool counted_none(const struct counted *counted, int count);

#endif
