/*
 * Whoever does less than the others, or says more, is refused: one cheat at a time is seeded into
 * one cell, and the ledger must tell it from an honest one, for every workload and every model.
 */
/* wrap: slot_stretch hash_block mixed_compute file_transfer crew_spawn clock_nanosleep */
/* wrap: async_pread async_pwrite async_sleep_until slot_turn stackless_sleep_until */
#include <string.h>
#include <time.h>

#include "bench/file/file.h"
#include "bench/hash/hash.h"
#include "bench/mixed/mixed.h"
#include "harness/cli/cli.h"
#include "harness/report/ledger.h"
#include "models/async/async.h"
#include "models/async/stackless.h"
#include "tests/invoke.h"
#include "tests/suite.h"

/* What is wrong with the cell; set before it is invoked, so all its processes have it. */
static enum cheat {
	HONEST,
	/* in what the first task reports of a stretch */
	REPORTS_ONE_OPERATION_LESS,
	REPORTS_ONE_OPERATION_TWICE,
	REPORTS_ONE_BYTE_LESS,
	REPORTS_ANOTHER_RESULT,
	/* in what the family does */
	DIGESTS_NOTHING,
	COMPUTES_NOTHING,
	READS_NOTHING,
	READS_ONE_BYTE_LESS,
	WRITES_NOTHING,
	WAKES_EARLY,
	LOSES_A_TASK,
	RUNS_A_TASK_TWICE
} cheat;

/* At the end of a stretch, before it is looked at. */
static void misreport(struct slot *slot)
{
	if (slot->index != 0 || slot->operations == 0)
		return;
	slot->operations -= cheat == REPORTS_ONE_OPERATION_LESS;
	slot->operations += cheat == REPORTS_ONE_OPERATION_TWICE;
	slot->bytes -= cheat == REPORTS_ONE_BYTE_LESS;
	slot->checksum ^= cheat == REPORTS_ANOTHER_RESULT;
}

bool __real_slot_stretch(struct slot *slot);
bool __wrap_slot_stretch(struct slot *slot);

bool __wrap_slot_stretch(struct slot *slot)
{
	misreport(slot);
	return __real_slot_stretch(slot);
}

enum slot_turn __real_slot_turn(struct slot *slot);
enum slot_turn __wrap_slot_turn(struct slot *slot);

enum slot_turn __wrap_slot_turn(struct slot *slot)
{
	if (slot->rounds_left <= 1 && !slot->at_gate)
		misreport(slot);
	return __real_slot_turn(slot);
}

int __real_hash_block(void *arg);
int __wrap_hash_block(void *arg);

int __wrap_hash_block(void *arg)
{
	return cheat == DIGESTS_NOTHING ? 0 : __real_hash_block(arg);
}

int __real_mixed_compute(void *arg);
int __wrap_mixed_compute(void *arg);

int __wrap_mixed_compute(void *arg)
{
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

static const struct cheater {
	const char *workload;
	enum cheat cheat;
	const char *differs_in; /* NULL: the cell itself must find out */
	const char *extra[2];
} rows[] = {
	{"spawn", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"spawn", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"spawn", REPORTS_ANOTHER_RESULT, "checksum", {NULL}},
	{"spawn", LOSES_A_TASK, "operations", {NULL}},
	{"spawn", RUNS_A_TASK_TWICE, "operations", {NULL}},
	{"spawn", RUNS_A_TASK_TWICE, "operations", {"start=cold", NULL}},
	{"idle", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"idle", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"idle", REPORTS_ANOTHER_RESULT, "checksum", {NULL}},
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
	{"mixed", REPORTS_ONE_OPERATION_LESS, "operations", {NULL}},
	{"mixed", REPORTS_ONE_OPERATION_TWICE, "operations", {NULL}},
	{"mixed", REPORTS_ANOTHER_RESULT, "checksum", {NULL}},
	{"mixed", COMPUTES_NOTHING, "checksum", {NULL}},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void is_told_from(const struct record *honest, const struct cheater *row,
	const struct workload *workload, const char *model)
{
	struct record record;

	cheat = row->cheat;
	invoke(&record, exec_main, workload, model, row->extra);
	cheat = HONEST;
	if (record.status == STATUS_IMPOSSIBLE) {
		record_release(&record);
		return;
	}
	if (row->differs_in == NULL) {
		ck_assert_msg(record.status == STATUS_INVALID, "%s/%s: %s: %s", workload->name,
			model, status_names[record.status], record.reason);
		record_release(&record);
		return;
	}
	ck_assert_msg(record.status == STATUS_OK, "%s/%s: %s: %s", workload->name, model,
		status_names[record.status], record.reason);
	const char *difference = ledger_difference(honest, &record);
	ck_assert_msg(difference != NULL && strcmp(difference, row->differs_in) == 0,
		"%s/%s: cheat %d differs in %s, not in %s", workload->name, model, row->cheat,
		difference == NULL ? "nothing" : difference, row->differs_in);
	record_release(&record);
}

START_TEST(a_cell_that_cheats_is_told_from_an_honest_one)
{
	const struct cheater *row = &rows[_i];
	const struct workload *workload = workload_find(row->workload);
	struct record honest;

	ck_assert_ptr_nonnull(workload);
	invoke(&honest, exec_main, workload, "threads", row->extra);
	ck_assert_int_eq(honest.status, STATUS_OK);
	for (const struct model *model = models; model->name != NULL; model++)
		if (model_runs_here(model))
			is_told_from(&honest, row, workload, model->name);
	record_release(&honest);
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
