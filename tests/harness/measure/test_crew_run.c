/*
 * Crews that cannot be started to the end: whatever call fails, nobody waits, nothing is left.
 */
/* wrap: fork pthread_create mmap */
#include <stdio.h>

#include "tests/faults.h"
#include "tests/harness/measure/scripted.h"
#include "tests/suite.h"

enum { TRIES = 6 };

static void assert_told(const struct record *record, const char *what)
{
	ck_assert_msg(record->status == STATUS_OK || record->status == STATUS_FAILED, "%s: %s: %s",
		what, status_names[record->status], record->reason);
	ck_assert((record->status == STATUS_OK) == (record->reason[0] == '\0'));
	if (record->status == STATUS_OK)
		ck_assert_uint_eq(record->work.operations, record->work.rounds * 6);
}

START_TEST(a_fork_that_fails_is_told)
{
	struct plan plan = scripted_plan(
		&scripted_workload, model_find(_i < TRIES ? "processes" : "process-pool"));
	struct record record;

	fault_set(FAULT_FORK, 1 + _i % TRIES, EAGAIN);
	scripted_invoke(&plan, &record);
	assert_told(&record, fault_names[FAULT_FORK]);
	if (_i % TRIES == 0)
		ck_assert_str_eq(record.reason, "fork: Resource temporarily unavailable");
	if (_i > 0 && _i < 4) { /* the root is the first, three tasks follow */
		char expected[128];
		snprintf(expected, sizeof(expected),
			"task %d could not be started: Resource temporarily unavailable", _i - 1);
		ck_assert_str_eq(record.reason, expected);
	}
	record_release(&record);
}
END_TEST

START_TEST(a_thread_that_cannot_be_created_is_told)
{
	struct plan plan = scripted_plan(
		&scripted_workload, model_find(_i < TRIES ? "threads" : "thread-pool"));
	struct record record;

	fault_set(FAULT_PTHREAD_CREATE, 1 + _i % TRIES, EAGAIN);
	scripted_invoke(&plan, &record);
	assert_told(&record, fault_names[FAULT_PTHREAD_CREATE]);
	if (_i < 3)
		ck_assert_ptr_nonnull(strstr(record.reason, "could not be started"));
	record_release(&record);
}
END_TEST

START_TEST(a_mapping_that_fails_is_told)
{
	static const char *const names[] = {"async", "threads", "processes", "process-pool"};
	struct plan plan = scripted_plan(&scripted_workload, model_find(names[_i / TRIES]));
	struct record record;

	if (!scripted_model_works(plan.draft.model))
		return;
	fault_set(FAULT_MMAP, 1 + _i % TRIES, ENOMEM);
	scripted_invoke(&plan, &record);
	assert_told(&record, fault_names[FAULT_MMAP]);
	if (_i % TRIES == 0)
		ck_assert_str_eq(record.reason, "the arena: Cannot allocate memory");
	record_release(&record);
}
END_TEST

START_TEST(a_generator_that_cannot_be_forked_is_told)
{
	struct plan plan = scripted_plan(&served_workload, model_find("threads"));
	struct record record;

	fault_set(FAULT_FORK, 1 + _i, EAGAIN);
	scripted_invoke(&plan, &record);
	ck_assert_int_eq((int)record.status, STATUS_FAILED);
	ck_assert_str_eq(record.reason, "fork: Resource temporarily unavailable");
	record_release(&record);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("crew_run");
	TCase *tcase = tcase_create("crew_run");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_fork_that_fails_is_told, 0, 2 * TRIES);
	tcase_add_loop_test(tcase, a_thread_that_cannot_be_created_is_told, 0, 2 * TRIES);
	tcase_add_loop_test(tcase, a_mapping_that_fails_is_told, 0, 4 * TRIES);
	tcase_add_loop_test(tcase, a_generator_that_cannot_be_forked_is_told, 0, 2);
	suite_add_tcase(s, tcase);
	return s;
}
