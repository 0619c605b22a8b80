/*
 * A struct as a JSON object, written and read by one table of its fields, so that what is written
 * is exactly what is checked. Reading is strict: a missing, unknown, mistyped or out-of-range
 * member is refused by name.
 *
 * Numbers: integers are JSON integers and stay below 2^63; they survive jansson and every reader
 * with 64-bit integers. The few values that use all 64 bits (seeds, checksums) are decimal strings,
 * because most JSON readers turn an integer into a double and lose its last digits above 2^53.
 */
#ifndef CONCBENCH_HARNESS_FIELDS_H
#define CONCBENCH_HARNESS_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_type {
	FIELD_INTEGER, /* int64_t, min .. max */
	FIELD_COUNT,   /* uint64_t below 2^63 */
	FIELD_WIDE,    /* uint64_t of all 64 bits, a decimal string */
	FIELD_REAL,    /* double; null stands for not a number */
	FIELD_TEXT,    /* char[bytes] */
	FIELD_CHOICE,  /* an enum, written as one of names */
	FIELD_GROUP,   /* a struct inside, with a table of its own */
	FIELD_SPECIAL  /* a pair of functions */
};

/* Where and why reading failed; the first failure stays. */
struct field_error {
	char *text;
	size_t bytes;
};

struct field {
	const char *name; /* NULL ends a table */
	enum field_type type;
	size_t offset, bytes;
	int64_t min, max;           /* FIELD_INTEGER */
	bool optional;              /* may be missing when read: then left as it is */
	const char *const *names;   /* FIELD_CHOICE, ended by NULL; or max names when max > 0 */
	const struct field *fields; /* FIELD_GROUP */
	/* FIELD_SPECIAL: base is the struct that has the field; write NULL = without memory. */
	json_t *(*write)(const void *base);
	int (*read)(void *base, const json_t *value, struct field_error *error);
};

/* The start of a row: {FIELD(INTEGER, struct record_place, block), .min = -1, .max = 9} */
#define FIELD(kind_, struct_, member_)                                                 \
	.name = #member_, .type = FIELD_##kind_, .offset = offsetof(struct_, member_), \
	.bytes = sizeof(((struct_ *)0)->member_)

/*
 * The struct at base as a new JSON object, members in the order of the table.
 *   Returns  NULL without memory, or for a FIELD_COUNT of 2^63 or more.
 *   Owner    the caller: json_decref.
 */
json_t *fields_write(const struct field *fields, const void *base);

/*
 * Fills the struct at base from an object; every member of the table must be there and no other.
 *   path     what precedes names in messages, "" at the top
 *   Returns  0, -EINVAL with the message set, -ENOMEM.
 */
int fields_read(const struct field *fields, void *base, const json_t *object, const char *path,
	struct field_error *error) __attribute__((warn_unused_result));

/*
 * The struct as one line of JSON with its newline.
 *   Returns  a malloc'd string, the caller frees it; NULL as fields_write.
 */
char *fields_to_line(const struct field *fields, const void *base);

/*
 * Fills a struct, zeroed by the caller, from a line of JSON.
 *   bytes    without the newline
 *   error    the message, "" unless -EINVAL
 *   Returns  as fields_read.
 */
int fields_from_line(const struct field *fields, void *base, const char *line, size_t bytes,
	char *error, size_t error_bytes) __attribute__((warn_unused_result));

/* Sets the message unless one is set; returns -EINVAL. */
int field_refuse(struct field_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A JSON string of bytes that need not be UTF-8: what is not becomes '?'. */
json_t *field_text(const char *text);

#endif
