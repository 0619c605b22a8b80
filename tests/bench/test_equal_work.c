/*
 * Every model does the same work per round, and it is the work the workload's description says:
 * operations, bytes and checksum are computed here once more, by other means where there are any.
 */
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "tests/invoke.h"
#include "tests/suite.h"

struct work {
	uint64_t operations, bytes, checksum;
};

/* SplitMix64's finalizer, once per argument. */
static uint64_t number_of(uint64_t task, uint64_t operation)
{
	uint64_t value = INVOKE_SEED;

	for (int i = 0; i < 2; i++) {
		value += ((i == 0 ? task : operation) + 1) * UINT64_C(11400714819323198485);
		value = (value ^ value >> 30) * UINT64_C(13787848793156543929);
		value = (value ^ value >> 27) * UINT64_C(10723151780598845931);
		value = value ^ value >> 31;
	}
	return value;
}

static uint64_t value_of(const struct record *record, const char *name)
{
	int64_t value = record_param_value(record, name, -1);

	ck_assert_msg(value >= 0, "%s has no parameter %s", record->workload, name);
	return (uint64_t)value;
}

static struct work numbered(const struct record *record, uint64_t operations)
{
	const uint64_t tasks = value_of(record, "tasks");
	struct work work = {.operations = tasks * operations};

	for (uint64_t task = 0; task < tasks; task++)
		for (uint64_t i = 0; i < operations; i++)
			work.checksum += number_of(task, i);
	return work;
}

static struct work once_per_task(const struct record *record)
{
	return numbered(record, 1);
}

static struct work once_per_operation(const struct record *record)
{
	return numbered(record, value_of(record, "operations"));
}

static struct work of_hash(const struct record *record)
{
	const uint64_t tasks = value_of(record, "tasks");
	const uint64_t operations = value_of(record, "operations");
	const uint64_t bytes = value_of(record, "block");
	struct work work = {tasks * operations, tasks * operations * bytes, 0};
	unsigned char *block = calloc(1, bytes + 64);
	unsigned char digest[SHA256_DIGEST_LENGTH];

	ck_assert_ptr_nonnull(block);
	for (uint64_t i = 64; i < bytes; i++)
		block[i] = (unsigned char)number_of(0, i - 64);
	for (uint64_t number = 0; number < tasks * operations; number++) {
		const uint64_t header[] = {INVOKE_SEED, number / operations, number % operations};
		for (int i = 0; i < 24; i++)
			block[i] = (unsigned char)(header[i / 8] >> 8 * (i % 8));
		SHA256(block, bytes, digest);
		uint64_t folded = 0;
		for (int i = 0; i < SHA256_DIGEST_LENGTH; i++)
			folded ^= (uint64_t)digest[i] << 8 * (i % 8);
		work.checksum += folded;
	}
	free(block);
	return work;
}

/* The last word of each sector of the chosen block; what has been written has another first word.
 */
static struct work of_file(const struct record *record)
{
	const uint64_t tasks = value_of(record, "tasks");
	const uint64_t operations = value_of(record, "operations");
	const uint64_t written = value_of(record, "operation");
	const uint64_t blocks = value_of(record, "size") / 4096;
	struct work work = {tasks * operations, tasks * operations * 4096, 0};

	for (uint64_t task = 0; task < tasks; task++)
		for (uint64_t i = 0; i < operations; i++) {
			const uint64_t block = number_of(task, i) % blocks;
			for (uint64_t word = 63; word < 512; word += 64)
				work.checksum += number_of(block, written) +
						 word * UINT64_C(11400714819323198485);
		}
	return work;
}

/* The place of the k-th request: so many steps around the circle of all of them. */
static uint64_t place(uint64_t k, uint64_t requests, double share)
{
	uint64_t step = (uint64_t)((double)requests * share) + 1, at = INVOKE_SEED % requests;

	for (uint64_t divisor = 2; divisor <= step; divisor++)
		if (step % divisor == 0 && requests % divisor == 0) {
			step++;
			divisor = 1;
		}
	while (k-- > 0)
		at = (at + step) % requests;
	return at;
}

static struct work of_mixed(const struct record *record)
{
	const uint64_t tasks = value_of(record, "tasks");
	const uint64_t requests = tasks * value_of(record, "operations");
	const uint64_t heavy = (requests * value_of(record, "heavy") + 50) / 100;
	struct work work = {.operations = requests};

	for (uint64_t k = 0; k < requests; k++) {
		uint64_t iterations =
			value_of(record, "compute") * value_of(record, "calibration") / 1000000;
		if (place(k, requests, 0.6180339887498949) < heavy)
			iterations *= value_of(record, "factor");
		uint64_t value = number_of(k % tasks, k / tasks);
		for (uint64_t i = 0; i < iterations; i++) {
			value ^= value >> 29;
			value *= UINT64_C(13787848793156543929);
			value += i;
		}
		work.checksum += value;
	}
	return work;
}

static const struct row {
	const char *workload;
	struct work (*expected)(const struct record *record);
	const char *extra[4]; /* parameters beside the smoke size's, ended by NULL */
} rows[] = {
	{"spawn", once_per_task, {NULL}},
	{"spawn", once_per_task, {"start=cold", "dirty=1MiB", NULL}},
	{"idle", once_per_task, {"touch=4KiB", NULL}},
	{"sleep", once_per_operation, {NULL}},
	{"sleep", once_per_operation, {"pattern=staggered", "touch=4KiB", NULL}},
	{"sleep", once_per_operation, {"pattern=periodic", "touch=0", NULL}},
	{"file", of_file, {NULL}},
	{"file", of_file, {"file=inline", "fill=64KiB", NULL}},
	{"file", of_file, {"operation=write", "directory=shm", NULL}},
	{"hash", of_hash, {NULL}},
	{"mixed", of_mixed, {NULL}},
	{"mixed", of_mixed, {"waits=equal", "heavy=0", NULL}},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void is_as_expected(
	const struct row *row, const struct workload *workload, const struct model *model)
{
	struct record record;

	invoke(&record, exec_main, workload, model->name, row->extra);
	if (workload->run[model->family] == NULL ||
		((workload->flags & WORKLOAD_MEET) != 0 && model->kind == MODEL_INLINE)) {
		ck_assert_int_eq(record.status, STATUS_IMPOSSIBLE);
		record_release(&record);
		return;
	}
	ck_assert_msg(record.status == STATUS_OK, "%s/%s: %s: %s", workload->name, model->name,
		status_names[record.status], record.reason);
	const struct work expected = row->expected(&record);
	ck_assert_msg(
		record.work.rounds == 2, "%s/%s: not two rounds", workload->name, model->name);
	ck_assert_msg(record.work.tasks == (uint64_t)value_of(&record, "tasks") &&
			      record.work.operations == 2 * expected.operations &&
			      record.work.bytes == 2 * expected.bytes &&
			      record.work.checksum == 2 * expected.checksum,
		"%s/%s %s: tasks %llu, operations %llu not %llu, bytes %llu not %llu, checksum "
		"%llx "
		"not %llx",
		workload->name, model->name, row->extra[0] == NULL ? "" : row->extra[0],
		(unsigned long long)record.work.tasks, (unsigned long long)record.work.operations,
		(unsigned long long)(2 * expected.operations),
		(unsigned long long)record.work.bytes, (unsigned long long)(2 * expected.bytes),
		(unsigned long long)record.work.checksum,
		(unsigned long long)(2 * expected.checksum));
	record_release(&record);
}

START_TEST(every_model_does_exactly_the_work_that_is_described)
{
	const struct row *row = &rows[_i];
	const struct workload *workload = workload_find(row->workload);

	ck_assert_ptr_nonnull(workload);
	for (const struct model *model = models; model->name != NULL; model++)
		if (model_runs_here(model))
			is_as_expected(row, workload, model);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("bench/equal_work");
	TCase *tests = tcase_create("equal_work");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, every_model_does_exactly_the_work_that_is_described, 0, ROWS);
	suite_add_tcase(suite, tests);
	return suite;
}
