#include "harness/report/header.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "harness/fields.h"

enum { FACTS_MAX = 256 };

static const struct field facts_fields[] = {
	{FIELD(TEXT, struct workload_facts, name)},
	{FIELD(TEXT, struct workload_facts, kind)},
	{FIELD(TEXT, struct workload_facts, operation)},
	{FIELD(TEXT, struct workload_facts, latency_of)},
	{FIELD(TEXT, struct workload_facts, concurrency)},
	{FIELD(INTEGER, struct workload_facts, rate), .max = 1},
	{FIELD(INTEGER, struct workload_facts, latency), .max = 1},
	{FIELD(INTEGER, struct workload_facts, load), .max = 1},
	{FIELD(INTEGER, struct workload_facts, server), .max = 1},
	{0},
};

static const struct field machine_fields[] = {
	{FIELD(TEXT, struct run_machine, host)},
	{FIELD(TEXT, struct run_machine, cpu)},
	{FIELD(TEXT, struct run_machine, kernel)},
	{FIELD(TEXT, struct run_machine, hypervisor)},
	{FIELD(INTEGER, struct run_machine, cpus), .min = 1, .max = 1 << 20},
	{FIELD(TEXT, struct run_machine, cpus_allowed)},
	{FIELD(INTEGER, struct run_machine, memory_bytes), .max = INT64_MAX},
	{0},
};

static const struct field build_fields[] = {
	{FIELD(TEXT, struct run_build, version)},
	{FIELD(TEXT, struct run_build, commit)},
	{FIELD(TEXT, struct run_build, mode)},
	{FIELD(TEXT, struct run_build, compiler)},
	{FIELD(TEXT, struct run_build, flags)},
	{FIELD(TEXT, struct run_build, binary_sha256)},
	{0},
};

static const struct field limits_fields[] = {
	{FIELD(INTEGER, struct run_limits, processes), .min = -1, .max = INT64_MAX},
	{FIELD(INTEGER, struct run_limits, files), .min = -1, .max = INT64_MAX},
	{FIELD(INTEGER, struct run_limits, stack_bytes), .min = -1, .max = INT64_MAX},
	{FIELD(INTEGER, struct run_limits, locked_bytes), .min = -1, .max = INT64_MAX},
	{FIELD(INTEGER, struct run_limits, threads_max), .min = -1, .max = INT64_MAX},
	{FIELD(INTEGER, struct run_limits, pid_max), .min = -1, .max = INT64_MAX},
	{FIELD(INTEGER, struct run_limits, map_count), .min = -1, .max = INT64_MAX},
	{0},
};

static json_t *write_workloads(const void *base)
{
	const struct run_header *header = base;
	json_t *array = json_array();

	for (int i = 0; i < header->workloads_count && array != NULL; i++) {
		json_t *facts = fields_write(facts_fields, &header->workloads[i]);
		if (json_array_append_new(array, facts) != 0) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}

static int read_workloads(void *base, const json_t *value, struct field_error *error)
{
	struct run_header *header = base;
	size_t count = json_array_size(value);
	char path[32];
	int rc = 0;

	if (!json_is_array(value) || count > FACTS_MAX)
		return field_refuse(error, "workloads is not an array of at most %d", FACTS_MAX);
	header->workloads = calloc(count + 1, sizeof(*header->workloads));
	if (header->workloads == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count && rc == 0; i++) {
		snprintf(path, sizeof(path), "workloads[%zu].", i);
		rc = fields_read(
			facts_fields, &header->workloads[i], json_array_get(value, i), path, error);
	}
	header->workloads_count = (int)count;
	return rc;
}

static const struct field header_fields[] = {
	{FIELD(INTEGER, struct run_header, concbench_run), .min = RUN_FORMAT, .max = RUN_FORMAT},
	{FIELD(TEXT, struct run_header, session)},
	{FIELD(TEXT, struct run_header, started)},
	{FIELD(GROUP, struct run_header, machine), .fields = machine_fields},
	{FIELD(GROUP, struct run_header, build), .fields = build_fields},
	{FIELD(GROUP, struct run_header, limits), .fields = limits_fields},
	{FIELD(WIDE, struct run_header, seed)},
	{FIELD(TEXT, struct run_header, effort)},
	{FIELD(TEXT, struct run_header, command)},
	{FIELD(TEXT, struct run_header, selftest), .optional = true},
	{FIELD(TEXT, struct run_header, swept)},
	{FIELD(INTEGER, struct run_header, planned), .max = INT32_MAX},
	{.name = "workloads",
		.type = FIELD_SPECIAL,
		.write = write_workloads,
		.read = read_workloads},
	{0},
};

static const char *const event_names[] = {"disturbed", "warning", "end", NULL};

static const struct field event_fields[] = {
	{FIELD(CHOICE, struct run_event, event), .names = event_names},
	{FIELD(INTEGER, struct run_event, from), .min = -1, .max = INT32_MAX},
	{FIELD(INTEGER, struct run_event, to), .min = -1, .max = INT32_MAX},
	{FIELD(REAL, struct run_event, share)},
	{FIELD(TEXT, struct run_event, text)},
	{0},
};

char *run_header_to_json(const struct run_header *header)
{
	return fields_to_line(header_fields, header);
}

char *run_event_to_json(const struct run_event *event)
{
	return fields_to_line(event_fields, event);
}

int run_header_from_json(
	struct run_header *header, const char *line, size_t bytes, char *error, size_t error_bytes)
{
	memset(header, 0, sizeof(*header));
	return fields_from_line(header_fields, header, line, bytes, error, error_bytes);
}

int run_event_from_json(
	struct run_event *event, const char *line, size_t bytes, char *error, size_t error_bytes)
{
	memset(event, 0, sizeof(*event));
	return fields_from_line(event_fields, event, line, bytes, error, error_bytes);
}

void run_header_release(struct run_header *header)
{
	free(header->workloads);
	header->workloads = NULL;
	header->workloads_count = 0;
}

const struct workload_facts *run_facts(const struct run_header *header, const char *workload)
{
	for (int i = 0; i < header->workloads_count; i++)
		if (strcmp(header->workloads[i].name, workload) == 0)
			return &header->workloads[i];
	return NULL;
}
