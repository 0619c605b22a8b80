/*
 * Latencies of a record as JSON. See latency_fields.h.
 */
#include "harness/latency_fields.h"

#include <errno.h>
#include <stdlib.h>

#include "harness/record_latency.h"

static json_t *pack(const struct histogram *histogram)
{
	char *packed = histogram_pack(histogram);
	json_t *string = packed == NULL ? NULL : json_string(packed);

	free(packed);
	return string;
}

static int unpack(struct histogram *histogram, const char *name, const json_t *value,
	struct field_error *error)
{
	if (!json_is_string(value))
		return field_refuse(error, "%s is not a string", name);
	if (histogram_unpack(histogram, json_string_value(value)) != 0)
		return field_refuse(error, "%s is not a packed histogram", name);
	return 0;
}

static json_t *write_closed(const void *base)
{
	return pack(&((const struct record_latency *)base)->closed);
}

static int read_closed(void *base, const json_t *value, struct field_error *error)
{
	return unpack(&((struct record_latency *)base)->closed, "latency.closed", value, error);
}

/* null in a closed loop, where there is no intended start and no schedule to be late for */
static json_t *pack_if(int64_t present, const struct histogram *histogram)
{
	return present != 0 ? pack(histogram) : json_null();
}

static int unpack_if(int64_t *present, struct histogram *histogram, const char *name,
	const json_t *value, struct field_error *error)
{
	*present = !json_is_null(value);
	return *present != 0 ? unpack(histogram, name, value, error) : 0;
}

static json_t *write_corrected(const void *base)
{
	const struct record_latency *latency = base;

	return pack_if(latency->has_corrected, &latency->corrected);
}

static int read_corrected(void *base, const json_t *value, struct field_error *error)
{
	struct record_latency *latency = base;

	return unpack_if(
		&latency->has_corrected, &latency->corrected, "latency.corrected", value, error);
}

static json_t *write_lag(const void *base)
{
	const struct record_latency *latency = base;

	return pack_if(latency->has_lag, &latency->lag);
}

static int read_lag(void *base, const json_t *value, struct field_error *error)
{
	struct record_latency *latency = base;

	return unpack_if(&latency->has_lag, &latency->lag, "latency.lag", value, error);
}

static const struct field latency_fields[] = {
	{.name = "closed", .type = FIELD_SPECIAL, .write = write_closed, .read = read_closed},
	{.name = "corrected",
		.type = FIELD_SPECIAL,
		.write = write_corrected,
		.read = read_corrected},
	{FIELD(COUNT, struct record_latency, max_ns)},
	{FIELD(COUNT, struct record_latency, corrected_max_ns)},
	{.name = "lag",
		.type = FIELD_SPECIAL,
		.optional = true,
		.write = write_lag,
		.read = read_lag},
	{FIELD(COUNT, struct record_latency, lag_max_ns), .optional = true},
	{0},
};

json_t *latency_write(const void *base)
{
	const struct record *record = base;

	if (record->packed_latency == NULL &&
		(record->latency == NULL || !record->latency->present))
		return json_null();
	struct record_latency *whole = record_latency_whole(record);
	json_t *object = whole == NULL ? NULL : fields_write(latency_fields, whole);
	free(whole);
	return object;
}

int latency_read(void *base, const json_t *value, struct field_error *error)
{
	struct record *record = base;

	if (json_is_null(value))
		return 0;
	record->latency = calloc(1, sizeof(*record->latency));
	if (record->latency == NULL)
		return -ENOMEM;
	record->latency->present = 1;
	return fields_read(latency_fields, record->latency, value, "latency.", error);
}

static json_t *write_late(const void *base)
{
	return pack(&((const struct lane *)base)->histogram);
}

static int read_late(void *base, const json_t *value, struct field_error *error)
{
	return unpack(&((struct lane *)base)->histogram, "stalls.late", value, error);
}

static const struct field stalls_fields[] = {
	{.name = "late", .type = FIELD_SPECIAL, .write = write_late, .read = read_late},
	{FIELD(COUNT, struct lane, max_ns)},
	{0},
};

json_t *stalls_write(const void *base)
{
	const struct record *record = base;

	return record->stalls == NULL ? json_null() : fields_write(stalls_fields, record->stalls);
}

int stalls_read(void *base, const json_t *value, struct field_error *error)
{
	struct record *record = base;

	if (json_is_null(value))
		return 0;
	record->stalls = calloc(1, sizeof(*record->stalls));
	return record->stalls == NULL
		       ? -ENOMEM
		       : fields_read(stalls_fields, record->stalls, value, "stalls.", error);
}
