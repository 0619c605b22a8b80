/*
 * What the tests of workloads with a course (overload, crash) share.
 */
#ifndef CONCBENCH_TESTS_COURSE_H
#define CONCBENCH_TESTS_COURSE_H

#include "harness/record.h"

/* exec_main for one round, which is all that a course has. */
int course_exec(int argc, char **argv);

/*
 * Fails unless the invocation counts, or would but for a generator that others' work made late or
 * busy: its counts are then as true.
 */
void course_ran(const struct record *record, const char *model);

/*
 * crash with more requests than can be answered, so that every worker has one in hand whenever it
 * is killed. Ended by NULL.
 */
extern const char *const crash_params[];

/* Runs crash; the test fails unless course_ran and there is a course. The caller releases it. */
void crash_ran(struct record *record, const char *model, const char *const *params);

/* The kill breaks one connection or all of them, as the model must; the drain loses nothing. */
void crash_breaks_what_it_must(const char *model);

/* Runs crash, of which the record must say this. */
void crash_is_told(const char *model, enum status status, const char *reason);

#endif
