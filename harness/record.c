/*
 * Records to JSON lines and back, by tables; what is not a plain value has a pair of functions
 * here.
 */
#include "harness/record.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "harness/fields.h"
#include "harness/latency_fields.h"
#include "harness/record_course.h"
#include "harness/record_latency.h"

enum {
	CHUNKS_READ_MAX =
		1 << 20, /* far above what any invocation cuts: a bound for damaged input */
	CPUS_OF_ANY_MACHINE = 1 << 16
};

/* Bytes at most 2^60: above is nonsense, and sums of a few stay in range. */
#define BYTES(struct_, member_, min_) \
	FIELD(INTEGER, struct_, member_), .min = (min_), .max = 1LL << 60

static const struct field place_fields[] = {
	{FIELD(TEXT, struct record_place, session)},
	{FIELD(INTEGER, struct record_place, block), .min = -1, .max = INT32_MAX},
	{FIELD(INTEGER, struct record_place, slot), .min = -1, .max = INT32_MAX},
	{FIELD(TEXT, struct record_place, arm)},
	{FIELD(INTEGER, struct record_place, order), .min = -1, .max = INT32_MAX},
	{FIELD(TEXT, struct record_place, sut_cpus)},
	{FIELD(TEXT, struct record_place, load_cpus)},
	{FIELD(TEXT, struct record_place, binary_sha256)},
	{FIELD(INTEGER, struct record_place, padding), .max = 1 << 20},
	{0},
};

static const struct field guest_fields[] = {
	{FIELD(TEXT, struct record_guest, program)},
	{FIELD(TEXT, struct record_guest, version)},
	{0},
};

static const struct field work_fields[] = {
	{FIELD(COUNT, struct record_work, rounds)},
	{FIELD(COUNT, struct record_work, tasks)},
	{FIELD(COUNT, struct record_work, operations)},
	{FIELD(COUNT, struct record_work, bytes)},
	{FIELD(WIDE, struct record_work, checksum)},
	{FIELD(COUNT, struct record_work, warm_rounds)},
	{FIELD(INTEGER, struct record_work, steady), .max = 1},
	{0},
};

static const struct field fairness_fields[] = {
	{FIELD(REAL, struct record_fairness, fastest_per_s)},
	{FIELD(REAL, struct record_fairness, slowest_per_s)},
	{0},
};

static const struct field window_fields[] = {
	{FIELD(COUNT, struct record_window, ns)},
	{FIELD(COUNT, struct record_window, cpu_ns)},
	{FIELD(COUNT, struct record_window, user_ns)},
	{FIELD(COUNT, struct record_window, system_ns)},
	{FIELD(COUNT, struct record_window, voluntary)},
	{FIELD(COUNT, struct record_window, involuntary)},
	{FIELD(COUNT, struct record_window, minor_faults)},
	{FIELD(COUNT, struct record_window, major_faults)},
	{FIELD(COUNT, struct record_window, skew_ns)},
	{FIELD(COUNT, struct record_window, load_cpu_ns)},
	{FIELD(COUNT, struct record_window, load_busy_ns)},
	{0},
};

static const struct field process_fields[] = {
	{FIELD(COUNT, struct record_process, wall_ns)},
	{FIELD(COUNT, struct record_process, cpu_ns)},
	{0},
};

/* Differences to a moment before may be negative, hence the lower bounds. */
static const struct field point_fields[] = {
	{BYTES(struct record_memory_point, private_clean, -1)},
	{BYTES(struct record_memory_point, private_dirty, -1)},
	{BYTES(struct record_memory_point, shared, -1)},
	{BYTES(struct record_memory_point, pss, -(1LL << 60))},
	{BYTES(struct record_memory_point, arena, -1)},
	{BYTES(struct record_memory_point, page_tables, -1)},
	{BYTES(struct record_memory_point, kernel_stacks, -1)},
	{BYTES(struct record_memory_point, slab, -1)},
	{BYTES(struct record_memory_point, socket_buffers, -1)},
	{BYTES(struct record_memory_point, free_corrected, -1)},
	{BYTES(struct record_memory_point, cgroup, -1)},
	{BYTES(struct record_memory_point, cgroup_kernel, -1)},
	{BYTES(struct record_memory_point, accepted, 0), .optional = true},
	{FIELD(INTEGER, struct record_memory_point, processes), .max = INT32_MAX},
	{FIELD(INTEGER, struct record_memory_point, threads), .max = INT32_MAX},
	{0},
};

static const struct field memory_fields[] = {
	{FIELD(INTEGER, struct record_memory, measured), .max = 1},
	{FIELD(GROUP, struct record_memory, a), .fields = point_fields},
	{FIELD(GROUP, struct record_memory, b), .fields = point_fields},
	{BYTES(struct record_memory, peak, -(1LL << 60))},
	{FIELD(INTEGER, struct record_memory, settled), .max = 1},
	{FIELD(REAL, struct record_memory, user_per_task)},
	{FIELD(REAL, struct record_memory, kernel_per_task)},
	{0},
};

static const struct field counts_fields[] = {
	{FIELD(INTEGER, struct record_counts, system_calls), .min = -1, .max = INT64_MAX},
	{FIELD(INTEGER, struct record_counts, switches), .min = -1, .max = INT64_MAX},
	{FIELD(INTEGER, struct record_counts, instructions), .min = -1, .max = INT64_MAX},
	{FIELD(TEXT, struct record_counts, source)},
	{0},
};

static const struct field environment_fields[] = {
	{FIELD(COUNT, struct record_environment, stolen_ns)},
	{FIELD(COUNT, struct record_environment, pressure_cpu_us)},
	{FIELD(COUNT, struct record_environment, run_delay_ns)},
	{FIELD(INTEGER, struct record_environment, timer_slack_ns), .max = INT64_MAX},
	{FIELD(INTEGER, struct record_environment, thp), .min = -1, .max = 1},
	{FIELD(COUNT, struct record_environment, listen_overflows)},
	{FIELD(COUNT, struct record_environment, tcp_timeouts)},
	{FIELD(COUNT, struct record_environment, tcp_retransmits)},
	{FIELD(TEXT, struct record_environment, autogroup)},
	{FIELD(TEXT, struct record_environment, cgroup)},
	{FIELD(TEXT, struct record_environment, cpu_max)},
	{FIELD(COUNT, struct record_environment, throttled_ns)},
	{0},
};

static const struct field param_fields[] = {
	{FIELD(TEXT, struct record_param, text)},
	{FIELD(INTEGER, struct record_param, value), .min = INT64_MIN, .max = INT64_MAX},
	{0},
};

static json_t *write_params(const void *base)
{
	const struct record *record = base;
	json_t *object = json_object();

	for (int i = 0; i < record->params_count && object != NULL; i++) {
		json_t *value = fields_write(param_fields, &record->params[i]);
		if (json_object_set_new(object, record->params[i].name, value) != 0) {
			json_decref(object);
			object = NULL;
		}
	}
	return object;
}

static int read_params(void *base, const json_t *value, struct field_error *error)
{
	struct record *record = base;
	char path[64];
	const char *name;
	json_t *entry;
	int rc = 0;

	if (!json_is_object(value))
		return field_refuse(error, "params is not an object");
	if (json_object_size(value) > PARAMS_MAX + COMMON_PARAMS)
		return field_refuse(
			error, "params has more than %d members", PARAMS_MAX + COMMON_PARAMS);
	json_object_foreach((json_t *)value, name, entry)
	{
		struct record_param *param = &record->params[record->params_count];
		if (rc == 0 && (name[0] == '\0' || strlen(name) >= sizeof(param->name)))
			rc = field_refuse(error, "params has a name of %zu bytes", strlen(name));
		if (rc != 0)
			break;
		strcpy(param->name, name);
		snprintf(path, sizeof(path), "params.%s.", name);
		rc = fields_read(param_fields, param, entry, path, error);
		record->params_count++;
	}
	return rc;
}

static json_t *write_chunks(const void *base)
{
	const struct record *record = base;
	json_t *array = json_array();

	for (int64_t i = 0; i < record->chunks && array != NULL; i++) {
		json_t *ns = record->chunks_ns[i] > INT64_MAX
				     ? NULL
				     : json_integer((json_int_t)record->chunks_ns[i]);
		if (json_array_append_new(array, ns) != 0) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}

static int read_chunks(void *base, const json_t *value, struct field_error *error)
{
	struct record *record = base;
	size_t count = json_array_size(value);

	if (!json_is_array(value) || count > CHUNKS_READ_MAX)
		return field_refuse(
			error, "chunks_ns is not an array of at most %d", CHUNKS_READ_MAX);
	if (count == 0)
		return 0;
	record->chunks_ns = calloc(count, sizeof(*record->chunks_ns));
	if (record->chunks_ns == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const json_t *ns = json_array_get(value, i);
		if (!json_is_integer(ns) || json_integer_value(ns) < 0)
			return field_refuse(error, "chunks_ns[%zu] is not a count of ns", i);
		record->chunks_ns[i] = (uint64_t)json_integer_value(ns);
	}
	record->chunks = (int64_t)count;
	return 0;
}

static const struct field record_fields[] = {
	{FIELD(INTEGER, struct record, schema), .min = RECORD_SCHEMA, .max = RECORD_SCHEMA},
	{FIELD(CHOICE, struct record, kind), .names = kind_names, .max = KINDS},
	{FIELD(CHOICE, struct record, status), .names = status_names, .max = STATUSES},
	{FIELD(TEXT, struct record, reason)},
	{FIELD(TEXT, struct record, warning)},
	{FIELD(TEXT, struct record, workload)},
	{FIELD(TEXT, struct record, model)},
	{.name = "params", .type = FIELD_SPECIAL, .write = write_params, .read = read_params},
	{FIELD(WIDE, struct record, seed)},
	{FIELD(GROUP, struct record, place), .fields = place_fields},
	{FIELD(GROUP, struct record, guest), .fields = guest_fields, .optional = true},
	{FIELD(GROUP, struct record, work), .fields = work_fields},
	{FIELD(GROUP, struct record, fairness), .fields = fairness_fields, .optional = true},
	{FIELD(GROUP, struct record, window), .fields = window_fields},
	{FIELD(GROUP, struct record, process), .fields = process_fields},
	{.name = "chunks_ns", .type = FIELD_SPECIAL, .write = write_chunks, .read = read_chunks},
	{FIELD(INTEGER, struct record, chunk_operations), .max = INT64_MAX},
	{FIELD(COUNT, struct record, injected), .optional = true},
	{FIELD(GROUP, struct record, memory), .fields = memory_fields},
	{FIELD(GROUP, struct record, counts), .fields = counts_fields},
	{.name = "latency", .type = FIELD_SPECIAL, .write = latency_write, .read = latency_read},
	{.name = "course",
		.type = FIELD_SPECIAL,
		.optional = true,
		.write = course_write,
		.read = course_read},
	{.name = "stalls",
		.type = FIELD_SPECIAL,
		.optional = true,
		.write = stalls_write,
		.read = stalls_read},
	{FIELD(GROUP, struct record, environment), .fields = environment_fields},
	{0},
};

void record_release(struct record *record)
{
	free(record->chunks_ns);
	free(record->stalls);
	free(record->latency);
	packed_latency_free(record->packed_latency);
	record->chunks_ns = NULL;
	record->chunks = 0;
	record->latency = NULL;
	record->packed_latency = NULL;
	free(record->course);
	record->course = NULL;
}

char *record_to_json(const struct record *record)
{
	return fields_to_line(record_fields, record);
}

/* What no single field can tell. */
static int check_whole(const struct record *record, struct field_error *error)
{
	if (record->workload[0] == '\0' || record->model[0] == '\0')
		return field_refuse(error, "workload or model is empty");
	if ((record->status == STATUS_OK) != (record->reason[0] == '\0'))
		return field_refuse(error, "status is %s %s a reason", status_names[record->status],
			record->status == STATUS_OK ? "with" : "without");
	if (record->status == STATUS_OK && record->kind == KIND_TIME &&
		(record->window.ns == 0 || record->work.rounds == 0))
		return field_refuse(error, "status is ok, but the window is empty");
	if (record->status == STATUS_OK && record->kind == KIND_MEMORY && !record->memory.measured)
		return field_refuse(error, "status is ok, but memory was not measured");
	return 0;
}

int record_from_json(
	struct record *record, const char *line, size_t bytes, char *error, size_t error_bytes)
{
	struct field_error refused = {.text = error, .bytes = error_bytes};

	memset(record, 0, sizeof(*record));
	int rc = fields_from_line(record_fields, record, line, bytes, error, error_bytes);
	return rc == 0 ? check_whole(record, &refused) : rc;
}

int64_t record_param_value(const struct record *record, const char *name, int64_t fallback)
{
	for (int i = 0; i < record->params_count; i++)
		if (strcmp(record->params[i].name, name) == 0)
			return record->params[i].value;
	return fallback;
}
