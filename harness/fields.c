/*
 * Structs as JSON objects by tables of their fields; see fields.h.
 */
#include "harness/fields.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int field_refuse(struct field_error *error, const char *format, ...)
{
	va_list arguments;

	if (error->bytes == 0 || error->text[0] != '\0')
		return -EINVAL;
	va_start(arguments, format);
	vsnprintf(error->text, error->bytes, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

/* Bytes of the UTF-8 sequence that starts here; 0 if none does. */
static size_t sequence_bytes(const unsigned char *at)
{
	size_t bytes = at[0] < 0x80    ? 1
		       : at[0] >= 0xf0 ? 4
		       : at[0] >= 0xe0 ? 3
		       : at[0] >= 0xc2 ? 2
				       : 0;

	if (at[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < bytes; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return bytes;
}

json_t *field_text(const char *text)
{
	json_t *string = json_string(text);

	if (string != NULL)
		return string;
	char *clean = strdup(text);
	if (clean == NULL)
		return NULL;
	for (unsigned char *at = (unsigned char *)clean; *at != '\0';) {
		size_t bytes = sequence_bytes(at);
		if (bytes == 0)
			*at = '?';
		at += bytes == 0 ? 1 : bytes;
	}
	string = json_string(clean);
	/* overlong and surrogate forms are still refused: then only ASCII is kept */
	for (unsigned char *at = (unsigned char *)clean; string == NULL && *at != '\0'; at++)
		if (*at >= 0x80)
			*at = '?';
	if (string == NULL)
		string = json_string(clean);
	free(clean);
	return string;
}

static json_t *write_wide(uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return json_string(text);
}

static json_t *write_one(const struct field *field, const void *base)
{
	const char *at = (const char *)base + field->offset;

	switch (field->type) {
	case FIELD_INTEGER:
		return json_integer(*(const int64_t *)at);
	case FIELD_COUNT:
		if (*(const uint64_t *)at > INT64_MAX)
			return NULL;
		return json_integer((json_int_t) * (const uint64_t *)at);
	case FIELD_WIDE:
		return write_wide(*(const uint64_t *)at);
	case FIELD_REAL:
		return isfinite(*(const double *)at) ? json_real(*(const double *)at) : json_null();
	case FIELD_TEXT:
		return field_text(at);
	case FIELD_CHOICE:
		return json_string(field->names[*(const unsigned *)at]);
	case FIELD_GROUP:
		return fields_write(field->fields, at);
	case FIELD_SPECIAL:
		return field->write(base);
	}
	return NULL;
}

json_t *fields_write(const struct field *fields, const void *base)
{
	json_t *object = json_object();

	for (const struct field *field = fields; object != NULL && field->name != NULL; field++) {
		/* json_object_set_new refuses a NULL value */
		if (json_object_set_new(object, field->name, write_one(field, base)) != 0) {
			json_decref(object);
			object = NULL;
		}
	}
	return object;
}

/* "12" only: no sign, no space, no leading zero, at most 2^64 - 1. */
static int read_wide(const char *text, uint64_t *value)
{
	char *end;

	if (!isdigit((unsigned char)text[0]) || (text[0] == '0' && text[1] != '\0'))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return errno != 0 || *end != '\0' ? -EINVAL : 0;
}

static int read_choice(const struct field *field, const char *text, unsigned *value)
{
	for (unsigned i = 0; field->max > 0 ? i < field->max : field->names[i] != NULL; i++) {
		if (strcmp(field->names[i], text) == 0) {
			*value = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int read_number(const struct field *field, char *at, const json_t *value, const char *path,
	struct field_error *error)
{
	json_int_t number = json_integer_value(value);
	int64_t min = field->type == FIELD_COUNT ? 0 : field->min;
	int64_t max = field->type == FIELD_COUNT ? INT64_MAX : field->max;

	if (!json_is_integer(value))
		return field_refuse(error, "%s%s is not a whole number", path, field->name);
	if (number < min || number > max)
		return field_refuse(error, "%s%s: %lld is out of range %lld .. %lld", path,
			field->name, (long long)number, (long long)min, (long long)max);
	*(int64_t *)at = number;
	return 0;
}

static int read_real(const struct field *field, char *at, const json_t *value, const char *path,
	struct field_error *error)
{
	if (!json_is_number(value) && !json_is_null(value))
		return field_refuse(error, "%s%s is not a number", path, field->name);
	*(double *)at = json_is_null(value) ? NAN : json_number_value(value);
	return 0;
}

static int read_string(const struct field *field, char *at, const json_t *value, const char *path,
	struct field_error *error)
{
	const char *text = json_string_value(value);

	if (text == NULL)
		return field_refuse(error, "%s%s is not a string", path, field->name);
	if (field->type == FIELD_WIDE && read_wide(text, (uint64_t *)at) != 0)
		return field_refuse(
			error, "%s%s is not a decimal number of 64 bits", path, field->name);
	if (field->type == FIELD_CHOICE && read_choice(field, text, (unsigned *)at) != 0)
		return field_refuse(error, "%s%s: there is no '%.40s'", path, field->name, text);
	if (field->type != FIELD_TEXT)
		return 0;
	if (json_string_length(value) >= field->bytes)
		return field_refuse(error, "%s%s is longer than %zu bytes", path, field->name,
			field->bytes - 1);
	memcpy(at, text, json_string_length(value) + 1);
	return 0;
}

static int read_one(const struct field *field, void *base, const json_t *value, const char *path,
	struct field_error *error)
{
	char inner[96];
	char *at = (char *)base + field->offset;

	switch (field->type) {
	case FIELD_INTEGER:
	case FIELD_COUNT:
		return read_number(field, at, value, path, error);
	case FIELD_REAL:
		return read_real(field, at, value, path, error);
	case FIELD_GROUP:
		snprintf(inner, sizeof(inner), "%s%s.", path, field->name);
		return fields_read(field->fields, at, value, inner, error);
	case FIELD_SPECIAL:
		return field->read(base, value, error);
	default:
		return read_string(field, at, value, path, error);
	}
}

static const struct field *find(const struct field *fields, const char *name)
{
	for (; fields->name != NULL; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

int fields_read(const struct field *fields, void *base, const json_t *object, const char *path,
	struct field_error *error)
{
	const char *name;
	json_t *value;
	int rc = 0;

	if (!json_is_object(object))
		return field_refuse(
			error, "%s is not an object", path[0] == '\0' ? "the line" : path);
	for (const struct field *field = fields; field->name != NULL && rc == 0; field++) {
		value = json_object_get(object, field->name);
		if (value == NULL && field->optional)
			continue;
		if (value == NULL)
			return field_refuse(error, "%s%s is missing", path, field->name);
		rc = read_one(field, base, value, path, error);
	}
	/* the cast: jansson's iterator takes no const object, it changes nothing */
	json_object_foreach((json_t *)object, name,
		value) if (rc == 0 && find(fields, name) == NULL) return field_refuse(error,
		"%s%.40s is not a field of it", path, name);
	return rc;
}

char *fields_to_line(const struct field *fields, const void *base)
{
	json_t *object = fields_write(fields, base);
	char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
	size_t bytes = text == NULL ? 0 : strlen(text);
	char *line = text == NULL ? NULL : realloc(text, bytes + 2);

	if (line == NULL)
		free(text);
	else
		strcpy(line + bytes, "\n");
	json_decref(object);
	return line;
}

int fields_from_line(const struct field *fields, void *base, const char *line, size_t bytes,
	char *error, size_t error_bytes)
{
	struct field_error refused = {.text = error, .bytes = error_bytes};
	json_error_t where;

	if (error_bytes > 0)
		error[0] = '\0';
	json_t *object = json_loadb(line, bytes, JSON_REJECT_DUPLICATES, &where);
	if (object == NULL)
		return field_refuse(
			&refused, "not JSON at byte %d: %s", where.position, where.text);
	int rc = fields_read(fields, base, object, "", &refused);
	json_decref(object);
	return rc;
}
