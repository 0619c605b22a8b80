/*
 * Whoever does less than the others, or says more, is refused: one cheat at a time is seeded into
 * one cell, and the ledger must tell it from an honest one, for every workload and every model.
 */
/* wrap: slot_stretch hash_block mixed_compute file_transfer crew_spawn clock_nanosleep */
/* wrap: async_pread async_pwrite async_sleep_until slot_turn stackless_sleep_until */
#include <errno.h>
#include <time.h>

#include "bench/file/file.h"
#include "bench/hash/hash.h"
#include "bench/mixed/mixed.h"
#include "harness/cli/cli.h"
#include "models/async/async.h"
#include "models/async/stackless.h"
#include "tests/cheater.h"
#include "tests/suite.h"

/* In what the family does. */
enum {
	DIGESTS_NOTHING = CHEATS,
	DIGESTS_TWICE,
	COMPUTES_NOTHING,
	COMPUTES_TWICE,
	READS_NOTHING,
	READS_ONE_BYTE_LESS,
	WRITES_NOTHING,
	WAKES_EARLY,
	LOSES_A_TASK,
	RUNS_A_TASK_TWICE
};

int __real_hash_block(void *arg);
int __wrap_hash_block(void *arg);

int __wrap_hash_block(void *arg)
{
	if (cheat == DIGESTS_TWICE && __real_hash_block(arg) != 0)
		return -EIO;
	return cheat == DIGESTS_NOTHING ? 0 : __real_hash_block(arg);
}

int __real_mixed_compute(void *arg);
int __wrap_mixed_compute(void *arg);

int __wrap_mixed_compute(void *arg)
{
	if (cheat == COMPUTES_TWICE)
		__real_mixed_compute(arg);
	return cheat == COMPUTES_NOTHING ? 0 : __real_mixed_compute(arg);
}

ssize_t __real_file_transfer(const struct file_job *job, off_t offset);
ssize_t __wrap_file_transfer(const struct file_job *job, off_t offset);

ssize_t __wrap_file_transfer(const struct file_job *job, off_t offset)
{
	if (cheat == READS_NOTHING || cheat == WRITES_NOTHING)
		return FILE_BLOCK;
	return __real_file_transfer(job, offset) - (cheat == READS_ONE_BYTE_LESS);
}

ssize_t __real_async_pread(int fd, void *buffer, size_t bytes, off_t offset);
ssize_t __wrap_async_pread(int fd, void *buffer, size_t bytes, off_t offset);

ssize_t __wrap_async_pread(int fd, void *buffer, size_t bytes, off_t offset)
{
	if (cheat == READS_NOTHING)
		return (ssize_t)bytes;
	return __real_async_pread(fd, buffer, bytes - (cheat == READS_ONE_BYTE_LESS), offset);
}

ssize_t __real_async_pwrite(int fd, const void *buffer, size_t bytes, off_t offset);
ssize_t __wrap_async_pwrite(int fd, const void *buffer, size_t bytes, off_t offset);

ssize_t __wrap_async_pwrite(int fd, const void *buffer, size_t bytes, off_t offset)
{
	if (cheat == WRITES_NOTHING)
		return (ssize_t)bytes;
	return __real_async_pwrite(fd, buffer, bytes, offset);
}

int __real_async_sleep_until(uint64_t deadline_ns);
int __wrap_async_sleep_until(uint64_t deadline_ns);

int __wrap_async_sleep_until(uint64_t deadline_ns)
{
	return cheat == WAKES_EARLY ? 0 : __real_async_sleep_until(deadline_ns);
}

int __real_stackless_sleep_until(struct stackless *self, uint64_t deadline_ns);
int __wrap_stackless_sleep_until(struct stackless *self, uint64_t deadline_ns);

int __wrap_stackless_sleep_until(struct stackless *self, uint64_t deadline_ns)
{
	return cheat == WAKES_EARLY ? 0 : __real_stackless_sleep_until(self, deadline_ns);
}

int __real_clock_nanosleep(
	clockid_t clock, int flags, const struct timespec *time, struct timespec *left);
int __wrap_clock_nanosleep(
	clockid_t clock, int flags, const struct timespec *time, struct timespec *left);

int __wrap_clock_nanosleep(
	clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
	return cheat == WAKES_EARLY ? 0 : __real_clock_nanosleep(clock, flags, time, left);
}

int __real_crew_spawn(struct crew *crew, task_fn *fn, void *arg);
int __wrap_crew_spawn(struct crew *crew, task_fn *fn, void *arg);

int __wrap_crew_spawn(struct crew *crew, task_fn *fn, void *arg)
{
	static uint64_t calls;

	if (cheat == LOSES_A_TASK && calls++ % 5 == 0)
		return 0;
	if (cheat == RUNS_A_TASK_TWICE && calls++ % 5 == 0)
		fn(arg);
	return __real_crew_spawn(crew, fn, arg);
}

static const struct cheater rows[] = {
	{"spawn", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"spawn", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"spawn", REPORTS_ANOTHER_RESULT, "checksum", {NULL}},
	{"spawn", LOSES_A_TASK, "operations", {NULL}},
	{"spawn", RUNS_A_TASK_TWICE, "operations", {NULL}},
	{"spawn", RUNS_A_TASK_TWICE, "operations", {"start=cold", NULL}},
	{"idle", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"idle", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"idle", REPORTS_ANOTHER_RESULT, "checksum", {NULL}},
	{"idle", WAKES_EARLY, "checksum", {NULL}},
	{"sleep", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"sleep", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"sleep", REPORTS_ANOTHER_RESULT, "checksum", {NULL}},
	{"sleep", WAKES_EARLY, "checksum", {NULL}},
	{"file", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"file", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"file", REPORTS_ONE_BYTE_LESS, "bytes", {NULL}},
	{"file", REPORTS_ANOTHER_RESULT, "checksum", {NULL}},
	{"file", READS_NOTHING, "checksum", {NULL}},
	{"file", READS_ONE_BYTE_LESS, "bytes", {NULL}},
	{"file", WRITES_NOTHING, NULL, {"operation=write", NULL}},
	{"hash", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"hash", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"hash", REPORTS_ONE_BYTE_LESS, "bytes", {NULL}},
	{"hash", REPORTS_ANOTHER_RESULT, "checksum", {NULL}},
	{"hash", DIGESTS_NOTHING, "checksum", {NULL}},
	{"hash", DIGESTS_TWICE, "checksum", {NULL}},
	{"mixed", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"mixed", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"mixed", REPORTS_ANOTHER_RESULT, "checksum", {NULL}},
	{"mixed", COMPUTES_NOTHING, "checksum", {NULL}},
	{"mixed", COMPUTES_TWICE, "checksum", {NULL}},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

START_TEST(a_cell_that_cheats_is_told_from_an_honest_one)
{
	cheater_is_told(&rows[_i], exec_main);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("bench/cheaters");
	TCase *tests = tcase_create("cheaters");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, a_cell_that_cheats_is_told_from_an_honest_one, 0, ROWS);
	suite_add_tcase(suite, tests);
	return suite;
}
