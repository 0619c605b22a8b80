/*
 * Invocations that only pretend: each test says what the record would hold, the truth or a lie.
 */
#ifndef CONCBENCH_TESTS_HARNESS_SELFTEST_SCRIPTED_H
#define CONCBENCH_TESTS_HARNESS_SELFTEST_SCRIPTED_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "harness/selftest/selftest.h"

/* The value of a workload's parameter in a plan. */
static inline int64_t planned(const struct plan *plan, const char *name)
{
	const struct param *params = plan->draft.workload->params;

	for (int i = 0; params[i].name != NULL; i++)
		if (strcmp(params[i].name, name) == 0)
			return plan->draft.values[i];
	return -1;
}

static inline enum line_verdict verdict_of(
	void (*check)(struct line *, const struct subjects *, int), const struct subjects *subjects,
	int variant)
{
	struct line line = {.verdict = LINE_NOT_HERE};

	check(&line, subjects, variant);
	ck_assert_msg(line.expected[0] != '\0', "nothing is expected");
	ck_assert_msg(line.measured[0] != '\0', "nothing was measured");
	ck_assert_msg(line.tolerance[0] != '\0', "no tolerance");
	return line.verdict;
}

static inline enum line_verdict verdict_with(
	void (*check)(struct line *, const struct subjects *, int),
	int (*invoke)(const struct plan *, struct record *), int variant)
{
	struct subjects subjects = selftest_subjects;

	subjects.invoke = invoke;
	subjects.stops = 1;
	return verdict_of(check, &subjects, variant);
}

/* A latency of one value for the record. */
static inline void pretend_latency(struct record *record, uint64_t ns)
{
	struct lane lane = {0};

	lane_record(&lane, ns);
	record->latency = calloc(1, sizeof(*record->latency));
	ck_assert_ptr_nonnull(record->latency);
	record->latency->present = 1;
	record->latency->closed = lane.histogram;
	record->latency->max_ns = ns;
}

#endif
