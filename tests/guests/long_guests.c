/*
 * The guests that are built here: each of their models does each workload, and does the same as our
 * model of it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/guest/guest.h"
#include "harness/report/ledger.h"
#include "tests/cell.h"
#include "tests/suite.h"

static const char *const names[] = {"spawn", "idle", "sleep", "echo", "fetch", "hash", "mixed"};

static const struct {
	const char *program, *models, *how;
} guests[] = {
	{"guests/python/guest.py", "python-asyncio python-threading python-multiprocessing",
		"apt-get install python3"},
	{"build/release/guests/go", "go-goroutines", "apt-get install golang-go; make guests"},
	{"build/release/guests/cpp", "cpp-async cpp-thread cpp-asio",
		"apt-get install g++ libboost-dev; make guests"},
};

/* A program that can be executed and says what it is. */
static bool is_here(struct guest_about *about, int i)
{
	char error[480];

	if (access(guests[i].program, X_OK) == 0 &&
		guest_ask(about, guests[i].program, error, sizeof(error)) == 0)
		return true;
	printf("skipped: %s is not here (%s)\n", guests[i].program, guests[i].how);
	return false;
}

/* The same rounds for everybody, and iterations that are not measured anew each time. */
static void run(const char *workload, const char *model, const char *guest, struct record *record)
{
	char more[200];

	snprintf(more, sizeof(more), "--rounds 2 --kind time%s%s%s",
		strcmp(workload, "mixed") == 0 ? " -p calibration=500k" : "",
		guest != NULL ? " --guest ./" : "", guest != NULL ? guest : "");
	cell_run(workload, model, more, record);
	ck_assert_msg(cell_complete(record), "%s/%s: %s: %s", workload, model,
		status_names[record->status], record->reason);
}

START_TEST(a_guest_has_the_models_it_is_known_for)
{
	struct guest_about about;

	if (!is_here(&about, _i))
		return;
	for (int i = 0; i < about.count; i++)
		ck_assert_msg(strstr(guests[_i].models, about.names[i]) != NULL ||
				      strstr(about.names[i], "nogil") != NULL,
			"%s", about.names[i]);
	ck_assert_str_ne(about.version, "");
}
END_TEST

START_TEST(every_model_of_a_guest_does_the_work_of_ours)
{
	const char *workload = names[_i % 7];
	struct guest_about about;
	struct record ours, theirs;

	if (!is_here(&about, _i / 7))
		return;
	run(workload, "threads", NULL, &ours);
	for (int i = 0; i < about.count; i++) {
		run(workload, about.names[i], guests[_i / 7].program, &theirs);
		const char *difference = ledger_difference(&ours, &theirs);
		ck_assert_msg(difference == NULL, "%s/%s: %s is not ours", workload, about.names[i],
			difference);
		ck_assert_uint_eq(ours.work.checksum, theirs.work.checksum);
		ck_assert_str_eq(theirs.guest.version, about.version);
		record_release(&theirs);
	}
	record_release(&ours);
}
END_TEST

/* The same memory points and the same verdicts as ours: a task of each takes some memory. */
START_TEST(the_memory_of_a_guest_is_measured)
{
	struct guest_about about;
	struct record record;
	char more[200];

	if (!is_here(&about, _i))
		return;
	for (int i = 0; i < about.count; i++) {
		snprintf(more, sizeof(more),
			"--rounds 2 --kind memory --settle 2s -c 100 --guest ./%s",
			guests[_i].program);
		cell_run("idle", about.names[i], more, &record);
		ck_assert_msg(cell_complete(&record), "%s: %s", about.names[i], record.reason);
		ck_assert_int_eq(record.memory.measured, 1);
		ck_assert_double_gt(
			record.memory.user_per_task + record.memory.kernel_per_task, 0.0);
		record_release(&record);
	}
}
END_TEST

Suite *suite(void)
{
	enum { GUESTS = sizeof(guests) / sizeof(guests[0]) };
	Suite *suite = suite_create("guests");
	TCase *cases = tcase_create("guests");

	tcase_set_timeout(cases, 120);
	tcase_add_loop_test(cases, a_guest_has_the_models_it_is_known_for, 0, GUESTS);
	tcase_add_loop_test(cases, every_model_of_a_guest_does_the_work_of_ours, 0, 7 * GUESTS);
	tcase_add_loop_test(cases, the_memory_of_a_guest_is_measured, 0, GUESTS);
	suite_add_tcase(suite, cases);
	return suite;
}
