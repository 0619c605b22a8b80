/*
 * The members `latency` and `stalls` of a record: objects, or null where it has none. Part of
 * harness/record.c.
 */
#ifndef CONCBENCH_HARNESS_LATENCY_FIELDS_H
#define CONCBENCH_HARNESS_LATENCY_FIELDS_H

#include "harness/fields.h"

/* base is the record; as a field's write and read (fields.h). */
json_t *latency_write(const void *base);
int latency_read(void *base, const json_t *value, struct field_error *error);
json_t *stalls_write(const void *base);
int stalls_read(void *base, const json_t *value, struct field_error *error);

#endif
