/*
 * Records to JSON and back. It is over 400 lines: one record with every field filled in is what all
 * of these tests damage.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/record.h"
#include "tests/suite.h"

enum { ERROR_MAX = 300 };

/* Every member differs from its neighbours, so that a swapped pair is seen. */
static void fill(struct record *record)
{
	memset(record, 0, sizeof(*record));
	record->schema = RECORD_SCHEMA;
	record->kind = KIND_MEMORY;
	strcpy(record->warning, "1.3 faults per task");
	strcpy(record->workload, "echo");
	strcpy(record->model, "thread-pool");
	record->params[0] = (struct record_param){.name = "conns", .text = "64", .value = 64};
	record->params[1] = (struct record_param){.name = "wait", .text = "5ms", .value = 5000000};
	record->params_count = 2;
	record->seed = UINT64_MAX;
	record->place = (struct record_place){.session = "20261122T134149Z-host-88d4e84",
		.block = 2,
		.slot = 7,
		.arm = "base",
		.order = 99,
		.sut_cpus = "0,2-3",
		.load_cpus = "1",
		.binary_sha256 = "ab",
		.padding = 4095};
	record->guest = (struct record_guest){"./guest", "Shell 5"};
	record->work = (struct record_work){3, 64, 6400, 1638400, 9007199254740993u, 5, 1};
	record->fairness = (struct record_fairness){2.5, 0.125};
	record->window = (struct record_window){250000000, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20};
	record->process = (struct record_process){9223372036854775807, 22};
	record->chunks = 3;
	record->chunks_ns = malloc(3 * sizeof(uint64_t));
	memcpy(record->chunks_ns, (uint64_t[]){500, 9007199254740993, 502}, 3 * sizeof(uint64_t));
	record->chunk_operations = 100;
	record->memory = (struct record_memory){.measured = 1,
		.a = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -1, 12, 5, 13, 14},
		.b = {21, 22, 23, -24, 25, 26, 27, 28, 29, 30, 31, -1, 35, 33, 34},
		.peak = -1,
		.settled = 1,
		.user_per_task = 0.1 + 0.2,
		.kernel_per_task = NAN};
	record->counts = (struct record_counts){-1, 42, 9223372036854775807, "perf_event"};
	record->stalls = calloc(1, sizeof(*record->stalls));
	lane_record(record->stalls, 2500000);
	record->latency = calloc(1, sizeof(*record->latency));
	record->latency->present = 1;
	record->latency->closed.counts[histogram_bucket(1000)] = 5;
	record->latency->closed.counts[histogram_bucket(123456789)] = 1;
	record->latency->has_corrected = record->latency->has_lag = 1;
	record->latency->corrected.counts[histogram_bucket(2000)] = 6;
	record->latency->lag.counts[histogram_bucket(300)] = 6;
	record->latency->lag_max_ns = 301;
	record->latency->max_ns = 123456789;
	record->latency->corrected_max_ns = 2001;
	record->course = calloc(1, sizeof(*record->course));
	*record->course = (struct course){.phases_count = 2,
		.phases = {{"0.5x", 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -1, 13},
			{"2x", 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, -1}},
		.capacity_per_s = 41,
		.capacity_from = "given",
		.sent = 42,
		.answered = 43,
		.lost = 44,
		.deadline_ns = 45,
		.bound_ns = 46,
		.recovery_ns = COURSE_NEVER,
		.drain_ns = COURSE_NA,
		.broken = 47,
		.last_lost = 52,
		.slice_ns = 48,
		.slices_count = 2,
		.slice_p99_ns = {49, COURSE_NA},
		.slice_good = {50, 51}};
	record->environment = (struct record_environment){
		1, 2, 3, 4, 1, 5, 6, 7, "/autogroup-7 nice 0", "/user.slice", "max 100000", 8};
}

static int reads(const char *line, char *error)
{
	struct record record;
	int rc = record_from_json(&record, line, strlen(line), error, ERROR_MAX);

	record_release(&record);
	return rc;
}

START_TEST(a_record_comes_back_bit_for_bit)
{
	struct record record, back;
	char error[ERROR_MAX];

	fill(&record);
	char *line = record_to_json(&record);
	ck_assert_ptr_nonnull(line);
	ck_assert_int_eq(record_from_json(&back, line, strlen(line), error, ERROR_MAX), 0);
	char *again = record_to_json(&back);
	ck_assert_str_eq(line, again);
	ck_assert_uint_eq(back.seed, UINT64_MAX);
	ck_assert_uint_eq(back.work.checksum, 9007199254740993u);
	ck_assert_int_eq(back.chunks, 3);
	ck_assert_uint_eq(back.chunks_ns[1], 9007199254740993u);
	ck_assert_double_eq(back.memory.user_per_task, 0.1 + 0.2);
	ck_assert(isnan(back.memory.kernel_per_task));
	ck_assert_mem_eq(back.latency, record.latency, sizeof(*record.latency));
	ck_assert_mem_eq(&back.place, &record.place, sizeof(record.place));
	ck_assert_mem_eq(&back.window, &record.window, sizeof(record.window));
	ck_assert_mem_eq(&back.memory.b, &record.memory.b, sizeof(record.memory.b));
	ck_assert_mem_eq(back.course, record.course, sizeof(*record.course));
	ck_assert_mem_eq(&back.environment, &record.environment, sizeof(record.environment));
	ck_assert_int_eq(record_param_value(&back, "wait", -7), 5000000);
	ck_assert_int_eq(record_param_value(&back, "none", -7), -7);
	free(line);
	free(again);
	record_release(&record);
	record_release(&back);
}
END_TEST

START_TEST(a_record_is_one_line)
{
	struct record record;

	fill(&record);
	record.kind = KIND_TIME;
	record.status = STATUS_FAILED;
	strcpy(record.reason, "the child wrote \"\n\x01\" and \xff\xe2\x80");
	char *line = record_to_json(&record);
	char error[ERROR_MAX];
	ck_assert_ptr_nonnull(line);
	ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
	ck_assert_int_eq(reads(line, error), 0);
	free(line);
	record_release(&record);
}
END_TEST

START_TEST(an_absent_latency_stays_absent)
{
	struct record record, back;
	char error[ERROR_MAX];

	fill(&record);
	free(record.latency);
	record.latency = NULL;
	char *line = record_to_json(&record);
	ck_assert_int_eq(record_from_json(&back, line, strlen(line), error, ERROR_MAX), 0);
	ck_assert_ptr_null(back.latency);
	free(line);
	record_release(&record);
	record_release(&back);
}
END_TEST

START_TEST(a_line_cut_anywhere_is_refused)
{
	struct record record;
	char error[ERROR_MAX];

	fill(&record);
	char *line = record_to_json(&record);
	size_t whole = strlen(line) - 1; /* the newline does not count */
	for (size_t bytes = 0; bytes < whole; bytes++) {
		struct record back;
		ck_assert_int_eq(record_from_json(&back, line, bytes, error, ERROR_MAX), -EINVAL);
		ck_assert_str_ne(error, "");
		record_release(&back);
	}
	free(line);
	record_release(&record);
}
END_TEST

static void expect_refused(const json_t *root, const char *what, const char *name)
{
	char *line = json_dumps(root, JSON_COMPACT);
	char error[ERROR_MAX];

	ck_assert_msg(reads(line, error) == -EINVAL, "accepted although %s: %s", what, name);
	ck_assert_msg(strstr(error, name) != NULL, "'%s' does not name %s", error, name);
	free(line);
}

/* The members that records of older versions lack. */
static const char *const younger[] = {
	"fairness", "guest", "injected", "course", "lag", "lag_max_ns", "stalls", "accepted"};
enum { YOUNGER = sizeof(younger) / sizeof(younger[0]) };

static bool is_younger(const char *name)
{
	for (int i = 0; i < YOUNGER; i++)
		if (strcmp(name, younger[i]) == 0)
			return true;
	return false;
}

/* Damages each member of the object in turn; open: its members' names are data. */
static void damage(json_t *root, json_t *object, bool open)
{
	const char *name;
	json_t *value;
	json_t *copy = json_copy(object);

	json_object_foreach(copy, name, value)
	{
		if (!open && !is_younger(name)) {
			json_object_del(object, name);
			expect_refused(root, "missing", name);
		}
		json_t *other = json_is_boolean(value) ? json_integer(1) : json_true();
		json_object_set_new(object, name, other);
		expect_refused(root, "of another type", name);
		json_object_set(object, name, value);
		if (json_is_object(value))
			damage(root, json_object_get(object, name), strcmp(name, "params") == 0);
	}
	json_object_set_new(object, "stranger", json_integer(1));
	expect_refused(root, "unknown", "stranger");
	json_object_del(object, "stranger");
	json_decref(copy);
}

START_TEST(every_field_that_is_missing_mistyped_or_unknown_is_refused_by_name)
{
	struct record record;
	char error[ERROR_MAX];

	fill(&record);
	char *line = record_to_json(&record);
	json_t *root = json_loads(line, 0, NULL);
	ck_assert_ptr_nonnull(root);
	damage(root, root, false);
	free(line);
	/* the damage was undone: it is accepted again */
	line = json_dumps(root, JSON_COMPACT);
	ck_assert_msg(reads(line, error) == 0, "%s", error);
	free(line);
	json_decref(root);
	record_release(&record);
}
END_TEST

/* A value just outside what the schema allows; NULL if the schema allows everything of the type. */
static json_t *outside(const json_t *schema)
{
	json_t *max = json_object_get(schema, "maximum"), *min = json_object_get(schema, "minimum");
	json_t *length = json_object_get(schema, "maxLength");

	if (json_object_get(schema, "const") != NULL)
		return json_integer(json_integer_value(json_object_get(schema, "const")) + 1);
	if (json_object_get(schema, "enum") != NULL)
		return json_string("nonsense");
	if (json_object_get(schema, "pattern") != NULL)
		return json_string("18446744073709551616");
	if (max != NULL && json_integer_value(max) != INT64_MAX)
		return json_integer(json_integer_value(max) + 1);
	if (min != NULL && json_integer_value(min) != INT64_MIN)
		return json_integer(json_integer_value(min) - 1);
	if (length != NULL) {
		size_t bytes = (size_t)json_integer_value(length) + 1;
		char text[400];
		memset(text, 'x', bytes);
		return json_stringn(text, bytes);
	}
	return NULL;
}

/* The schema names exactly the members that are written, and its bounds are those of the reader. */
static void compare(json_t *root, json_t *object, const json_t *schema)
{
	json_t *properties = json_object_get(schema, "properties");
	json_t *required = json_object_get(schema, "required");
	const char *name;
	json_t *value, *copy = json_copy(object);

	ck_assert(json_is_false(json_object_get(schema, "additionalProperties")));
	size_t members = json_array_size(required);
	for (int i = 0; i < YOUNGER; i++)
		members += json_object_get(object, younger[i]) != NULL;
	ck_assert_uint_eq(members, json_object_size(object));
	for (size_t i = 0; i < json_array_size(required); i++) {
		name = json_string_value(json_array_get(required, i));
		ck_assert_msg(json_object_get(object, name) != NULL, "%s is not written", name);
	}
	json_object_foreach(copy, name, value)
	{
		json_t *property = json_object_get(properties, name);
		ck_assert_msg(property != NULL, "%s is not in the schema", name);
		json_t *bad = outside(property);
		if (bad != NULL) {
			json_object_set_new(object, name, bad);
			expect_refused(root, "out of the schema's range", name);
			json_object_set(object, name, value);
		}
		if (json_object_get(property, "properties") != NULL)
			compare(root, json_object_get(object, name), property);
	}
	json_decref(copy);
}

START_TEST(the_schema_file_and_the_reader_agree)
{
	struct record record;
	json_error_t where;
	json_t *schema =
		json_load_file("results/record.schema.json", JSON_REJECT_DUPLICATES, &where);

	ck_assert_msg(schema != NULL, "%s:%d: %s", where.source, where.line, where.text);
	/* the journal's digest is the one member that a record alone does not have */
	ck_assert_int_eq(json_object_del(json_object_get(schema, "properties"), "check"), 0);
	fill(&record);
	char *line = record_to_json(&record);
	json_t *root = json_loads(line, 0, NULL);
	compare(root, root, schema);
	json_t *params = json_object_get(root, "params");
	json_t *entry =
		json_object_get(json_object_get(json_object_get(schema, "properties"), "params"),
			"additionalProperties");
	compare(root, json_object_get(params, "conns"), entry);
	json_decref(root);
	json_decref(schema);
	free(line);
	record_release(&record);
}
END_TEST

START_TEST(a_record_of_an_older_version_lacks_what_is_younger)
{
	struct record record, back;
	char error[ERROR_MAX];

	fill(&record);
	char *line = record_to_json(&record);
	json_t *root = json_loads(line, 0, NULL);
	json_t *memory = json_object_get(root, "memory");
	json_t *places[] = {root, json_object_get(root, "latency"), json_object_get(memory, "a"),
		json_object_get(memory, "b")};
	for (int i = 0; i < YOUNGER; i++) {
		int found = 0;
		for (size_t j = 0; j < sizeof(places) / sizeof(places[0]); j++)
			found += json_object_del(places[j], younger[i]) == 0;
		ck_assert_msg(found > 0, "%s", younger[i]);
	}
	char *older = json_dumps(root, JSON_COMPACT);
	ck_assert_msg(
		record_from_json(&back, older, strlen(older), error, ERROR_MAX) == 0, "%s", error);
	ck_assert(back.fairness.fastest_per_s == 0 && back.fairness.slowest_per_s == 0);
	ck_assert(back.memory.a.accepted == 0 && back.memory.b.accepted == 0);
	ck_assert(back.guest.program[0] == '\0' && !back.latency->has_lag && !back.stalls);
	json_decref(root);
	free(older);
	free(line);
	record_release(&record);
	record_release(&back);
}
END_TEST

START_TEST(a_verdict_and_its_reason_go_together)
{
	static const struct {
		enum status status;
		const char *reason;
		int rc;
	} cases[] = {{STATUS_OK, "", 0}, {STATUS_OK, "why", -EINVAL}, {STATUS_LIMIT, "", -EINVAL},
		{STATUS_LIMIT, "RLIMIT_NPROC 4096 reached at 4093 tasks", 0}};
	char error[ERROR_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record record;
		fill(&record);
		record.status = cases[i].status;
		strcpy(record.reason, cases[i].reason);
		char *line = record_to_json(&record);
		ck_assert_int_eq(reads(line, error), cases[i].rc);
		free(line);
		record_release(&record);
	}
}
END_TEST

START_TEST(an_empty_window_is_not_ok)
{
	struct record record;
	char error[ERROR_MAX];

	fill(&record);
	record.kind = KIND_TIME;
	record.window.ns = 0;
	char *line = record_to_json(&record);
	ck_assert_int_eq(reads(line, error), -EINVAL);
	ck_assert_str_eq(error, "status is ok, but the window is empty");
	free(line);
	record_release(&record);
}
END_TEST

START_TEST(a_member_given_twice_is_refused)
{
	char error[ERROR_MAX];

	ck_assert_int_eq(reads("{\"schema\":1,\"schema\":1}", error), -EINVAL);
	ck_assert_int_eq(reads("[1]", error), -EINVAL);
	ck_assert_int_eq(reads("garbage", error), -EINVAL);
	ck_assert_int_eq(reads("", error), -EINVAL);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("record");
	TCase *c = tcase_create("record");

	tcase_set_timeout(c, 30);
	tcase_add_test(c, a_record_comes_back_bit_for_bit);
	tcase_add_test(c, a_record_is_one_line);
	tcase_add_test(c, an_absent_latency_stays_absent);
	tcase_add_test(c, a_line_cut_anywhere_is_refused);
	tcase_add_test(c, every_field_that_is_missing_mistyped_or_unknown_is_refused_by_name);
	tcase_add_test(c, the_schema_file_and_the_reader_agree);
	tcase_add_test(c, a_record_of_an_older_version_lacks_what_is_younger);
	tcase_add_test(c, a_verdict_and_its_reason_go_together);
	tcase_add_test(c, an_empty_window_is_not_ok);
	tcase_add_test(c, a_member_given_twice_is_refused);
	suite_add_tcase(s, c);
	return s;
}
