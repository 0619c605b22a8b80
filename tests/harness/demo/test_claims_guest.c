/*
 * Claims about Python: that no verdict is hard-wired (the invocations are scripted, and with the
 * figures of two models exchanged the verdict is the other one), and what is said where no Python
 * is.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/demo/claims.h"
#include "harness/measure/draft.h"
#include "tests/suite.h"

/* Figures of models, as the script has them: operations per second, times the tasks if it scales.
 */
struct figures {
	const char *model;
	double rate, bytes;
	bool scales;
	int bucket; /* of every latency */
};
static const struct figures usual[] = {
	{"python-asyncio", 200e3, 4096, false, 300},
	{"python-threading", 100e3, 65536, false, 500},
	{"python-multiprocessing", 100e3, 1e6, true, 500},
	{"python-yield-from", 300e3, 0, false, 0},
	{"python-reyield", 100e3, 0, false, 0},
	{"threads", 100e3, 0, false, 0},
	{0},
};
static const struct figures exchanged[] = {
	{"python-asyncio", 100e3, 65536, false, 500},
	{"python-threading", 200e3, 4096, true, 300},
	{"python-multiprocessing", 100e3, 1e6, false, 500},
	{"python-yield-from", 100e3, 0, false, 0},
	{"python-reyield", 300e3, 0, false, 0},
	{"threads", 100e3, 0, false, 0},
	{0},
};
static const struct figures *table;

static int scripted(const struct plan *plan, struct record *record)
{
	const struct figures *row = table;

	memset(record, 0, sizeof(*record));
	while (row->model != NULL && strcmp(row->model, plan->draft.model->name) != 0)
		row++;
	ck_assert_msg(row->model != NULL, "%s", plan->draft.model->name);
	ck_assert_int_eq(plan->draft.guest != NULL, strncmp(row->model, "python", 6) == 0);
	ck_assert_str_eq(plan->guest.version, plan->draft.guest != NULL ? "Shell 5" : "");
	record->status = STATUS_OK;
	record->window.ns = 1000000000;
	record->work.operations = (uint64_t)(row->rate * (row->scales ? plan->draft.tasks : 1));
	record->memory.user_per_task = row->bytes;
	record->latency = calloc(1, sizeof(*record->latency));
	ck_assert_ptr_nonnull(record->latency);
	record->latency->closed.counts[row->bucket] = 100000;
	return 0;
}

static char folder[] = "/tmp/concbench-guests-XXXXXX";

static void write_guest(const char *name, const char *script)
{
	char path[80];

	snprintf(path, sizeof(path), "%s/python/%s", folder, name);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, "#!/bin/sh\n%s\n", script);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(path, 0700), 0);
}

#define ABOUT(models) \
	"echo '{\"concbench-guest\": 1, \"version\": \"Shell 5\", \"models\": [" models "]}'"
#define MODEL(name) "{\"name\": \"" name "\", \"summary\": \"s\"}"

static void make_guests(void)
{
	char path[80];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/python", folder);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	write_guest("guest.py", ABOUT(MODEL("python-asyncio") ", " MODEL(
					"python-threading") ", " MODEL("python-multiprocessing")));
	write_guest(
		"generators.py", ABOUT(MODEL("python-yield-from") ", " MODEL("python-reyield")));
	ck_assert_int_eq(setenv("CONCBENCH_GUESTS", folder, 1), 0);
}

static void remove_guests(void)
{
	char command[120];

	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	ck_assert_int_eq(system(command), 0);
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
}

static void run(const char *name, const struct figures *figures, struct demo_result *result)
{
	const struct demo_setting setting = {.smoke = false, .invoke = scripted};

	*result = (struct demo_result){.demo = demo_find(name)};
	table = figures;
	ck_assert_ptr_nonnull(result->demo);
	ck_assert_int_eq(result->demo->run(result, &setting), 0);
}

/* Claims that hold as long as there are at most four CPUs: the script's processes are four. */
static const char *const names[] = {
	"gil-python", "processes-cpu-python", "main-advantage-python", "delegation-python"};

START_TEST(the_verdict_flips_when_two_models_are_exchanged)
{
	struct demo_result result;

	if (strcmp(names[_i], "processes-cpu-python") == 0 && sysconf(_SC_NPROCESSORS_ONLN) > 4)
		return;
	run(names[_i], usual, &result);
	ck_assert_msg(result.verdict == DEMO_HOLDS, "%s: %s", names[_i], result.measured);
	ck_assert_ptr_nonnull(strstr(result.demo->sentence, "in Python (guest)"));
	run(names[_i], exchanged, &result);
	ck_assert_msg(result.verdict == DEMO_FAILS, "%s: %s", names[_i], result.measured);
}
END_TEST

START_TEST(where_there_is_no_guest_it_is_said)
{
	struct demo_result result;

	ck_assert_int_eq(setenv("CONCBENCH_GUESTS", "/nowhere", 1), 0);
	run(names[_i], usual, &result);
	ck_assert_int_eq(result.verdict, DEMO_NOT_HERE);
	ck_assert_ptr_nonnull(strstr(result.measured, "is not here"));
}
END_TEST

START_TEST(where_there_is_no_python_it_is_said_how_to_get_it)
{
	struct demo_result result;

	/* what env says of a program that it does not find */
	write_guest("guest.py", "exit 127");
	run("gil-python", usual, &result);
	ck_assert_int_eq(result.verdict, DEMO_NOT_HERE);
	ck_assert_ptr_nonnull(strstr(result.measured, "apt-get install python3"));
}
END_TEST

START_TEST(a_python_without_the_lock_has_none_of_these_models)
{
	struct demo_result result;

	write_guest("guest.py", ABOUT(MODEL("python-nogil-threading")));
	run("gil-python", usual, &result);
	ck_assert_int_eq(result.verdict, DEMO_NOT_HERE);
	ck_assert_ptr_nonnull(strstr(result.measured, "has no model python-threading"));
}
END_TEST

START_TEST(every_claim_has_tests_and_takes_at_most_ten_seconds)
{
	for (const struct demo *demo = demo_guest_claims; demo->name != NULL; demo++) {
		int tests = 0;
		for (const struct claim_test *test = claim_guest_tests; test->claim != NULL; test++)
			tests += strcmp(test->claim, demo->name) == 0;
		ck_assert_msg(tests > 0, "%s has no test", demo->name);
		ck_assert_msg(demo->seconds <= 10, "%s takes too long", demo->name);
		ck_assert_ptr_eq(demo_find(demo->name), demo);
	}
	for (const struct claim_test *test = claim_guest_tests; test->claim != NULL; test++)
		ck_assert_ptr_nonnull(demo_find(test->claim));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("claims about Python");
	TCase *c = tcase_create("claims about Python");
	int count = sizeof(names) / sizeof(names[0]);

	tcase_add_checked_fixture(c, make_guests, remove_guests);
	tcase_add_loop_test(c, the_verdict_flips_when_two_models_are_exchanged, 0, count);
	tcase_add_loop_test(c, where_there_is_no_guest_it_is_said, 0, count);
	tcase_add_test(c, where_there_is_no_python_it_is_said_how_to_get_it);
	tcase_add_test(c, a_python_without_the_lock_has_none_of_these_models);
	tcase_add_test(c, every_claim_has_tests_and_takes_at_most_ten_seconds);
	suite_add_tcase(s, c);
	return s;
}
