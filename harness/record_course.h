/*
 * The course of a load in a record's JSON.
 */
#ifndef CONCBENCH_HARNESS_RECORD_COURSE_H
#define CONCBENCH_HARNESS_RECORD_COURSE_H

#include "harness/fields.h"

/* Member "course" of a struct record, null where there was none. As of struct field. */
json_t *course_write(const void *base);
int course_read(void *base, const json_t *value, struct field_error *error);

#endif
