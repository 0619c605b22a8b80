#include "harness/record_course.h"

#include <errno.h>
#include <stdlib.h>

#include "harness/course.h"
#include "harness/record.h"

static const struct field phase_fields[] = {
	{FIELD(TEXT, struct course_phase, name)},
	{FIELD(COUNT, struct course_phase, rate_per_s)},
	{FIELD(COUNT, struct course_phase, span_ns)},
	{FIELD(COUNT, struct course_phase, intended)},
	{FIELD(COUNT, struct course_phase, unsent)},
	{FIELD(COUNT, struct course_phase, good)},
	{FIELD(COUNT, struct course_phase, late)},
	{FIELD(COUNT, struct course_phase, shed)},
	{FIELD(COUNT, struct course_phase, lost)},
	{FIELD(COUNT, struct course_phase, refused)},
	{FIELD(COUNT, struct course_phase, waiting)},
	{FIELD(INTEGER, struct course_phase, p50_ns), .min = COURSE_NEVER, .max = INT64_MAX},
	{FIELD(INTEGER, struct course_phase, p99_ns), .min = COURSE_NEVER, .max = INT64_MAX},
	{0},
};

static json_t *write_phases(const void *base)
{
	const struct course *course = base;
	json_t *array = json_array();

	for (int64_t i = 0; i < course->phases_count && array != NULL; i++) {
		json_t *phase = fields_write(phase_fields, &course->phases[i]);
		if (json_array_append_new(array, phase) != 0) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}

static int read_phases(void *base, const json_t *value, struct field_error *error)
{
	struct course *course = base;
	size_t count = json_array_size(value);
	int rc = 0;

	if (!json_is_array(value) || count == 0 || count > COURSE_PHASES_MAX)
		return field_refuse(error, "course.phases is not an array of 1 to %d phases",
			COURSE_PHASES_MAX);
	course->phases_count = (int64_t)count;
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = fields_read(phase_fields, &course->phases[i], json_array_get(value, i),
			"course.phases.", error);
	return rc;
}

static json_t *write_numbers(const int64_t *numbers, int64_t count)
{
	json_t *array = json_array();

	for (int64_t i = 0; i < count && array != NULL; i++)
		if (json_array_append_new(array, json_integer(numbers[i])) != 0) {
			json_decref(array);
			array = NULL;
		}
	return array;
}

/* Both arrays have as many. */
static int read_numbers(struct course *course, const char *name, int64_t *numbers, int64_t least,
	const json_t *value, struct field_error *error)
{
	size_t count = json_array_size(value);

	if (!json_is_array(value) || count > COURSE_SLICES_MAX)
		return field_refuse(
			error, "course.%s is not an array of at most %d", name, COURSE_SLICES_MAX);
	for (size_t i = 0; i < count; i++) {
		const json_t *number = json_array_get(value, i);
		if (!json_is_integer(number) || json_integer_value(number) < least)
			return field_refuse(error, "course.%s[%zu] is out of range", name, i);
		numbers[i] = json_integer_value(number);
	}
	if (course->slices_count != 0 && course->slices_count != (int64_t)count)
		return field_refuse(error, "course.%s has %zu members, not %lld", name, count,
			(long long)course->slices_count);
	course->slices_count = (int64_t)count;
	return 0;
}

static json_t *write_p99(const void *base)
{
	const struct course *course = base;

	return write_numbers(course->slice_p99_ns, course->slices_count);
}

static int read_p99(void *base, const json_t *value, struct field_error *error)
{
	struct course *course = base;

	return read_numbers(course, "slice_p99_ns", course->slice_p99_ns, COURSE_NA, value, error);
}

static json_t *write_good(const void *base)
{
	const struct course *course = base;

	return write_numbers(course->slice_good, course->slices_count);
}

static int read_good(void *base, const json_t *value, struct field_error *error)
{
	struct course *course = base;

	return read_numbers(course, "slice_good", course->slice_good, 0, value, error);
}

static const struct field course_fields[] = {
	{.name = "phases", .type = FIELD_SPECIAL, .write = write_phases, .read = read_phases},
	{FIELD(COUNT, struct course, capacity_per_s)},
	{FIELD(TEXT, struct course, capacity_from)},
	{FIELD(COUNT, struct course, sent)},
	{FIELD(COUNT, struct course, answered)},
	{FIELD(COUNT, struct course, lost)},
	{FIELD(COUNT, struct course, deadline_ns)},
	{FIELD(COUNT, struct course, bound_ns)},
	{FIELD(INTEGER, struct course, recovery_ns), .min = COURSE_NEVER, .max = INT64_MAX},
	{FIELD(INTEGER, struct course, drain_ns), .min = COURSE_NEVER, .max = INT64_MAX},
	{FIELD(COUNT, struct course, broken)},
	{FIELD(COUNT, struct course, last_lost)},
	{FIELD(COUNT, struct course, slice_ns)},
	{.name = "slice_p99_ns", .type = FIELD_SPECIAL, .write = write_p99, .read = read_p99},
	{.name = "slice_good", .type = FIELD_SPECIAL, .write = write_good, .read = read_good},
	{0},
};

json_t *course_write(const void *base)
{
	const struct record *record = base;

	return record->course == NULL ? json_null() : fields_write(course_fields, record->course);
}

int course_read(void *base, const json_t *value, struct field_error *error)
{
	struct record *record = base;

	if (json_is_null(value))
		return 0;
	record->course = calloc(1, sizeof(*record->course));
	if (record->course == NULL)
		return -ENOMEM;
	return fields_read(course_fields, record->course, value, "course.", error);
}
