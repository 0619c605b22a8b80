/*
 * Every model does the same work per round, and it is the work the workload's description says:
 * operations, bytes and checksum are computed here once more, by other means where there are any.
 */
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "tests/expected.h"
#include "tests/suite.h"

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

static const struct expected rows[] = {
	{"spawn", once_per_task, {NULL}, false},
	{"spawn", once_per_task, {"start=cold", "dirty=1MiB", NULL}, false},
	{"idle", once_per_task, {"touch=4KiB", NULL}, false},
	{"sleep", once_per_operation, {NULL}, false},
	{"sleep", once_per_operation, {"pattern=staggered", "touch=4KiB", NULL}, false},
	{"sleep", once_per_operation, {"pattern=periodic", "touch=0", NULL}, false},
	{"file", of_file, {NULL}, false},
	{"file", of_file, {"file=inline", "fill=64KiB", NULL}, false},
	{"file", of_file, {"operation=write", "directory=shm", NULL}, false},
	{"hash", of_hash, {NULL}, false},
	{"mixed", of_mixed, {NULL}, false},
	{"mixed", of_mixed, {"waits=equal", "heavy=0", NULL}, false},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

START_TEST(every_model_does_exactly_the_work_that_is_described)
{
	every_model_does(&rows[_i], exec_main);
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
