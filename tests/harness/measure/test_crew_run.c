/*
 * Crews that cannot be started to the end: whatever call fails, nobody waits, nothing is left.
 */
/* wrap: fork _Fork pthread_create mmap */
#include <stdio.h>
#include <sys/resource.h>

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

static int64_t faults_now(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

/* Before it is ready: what does it cost to write what a window writes? */
static int writing_task(void *arg)
{
	struct slot *slot = arg;
	volatile char *lane = (volatile char *)slot->lane;
	volatile char *chunks = (volatile char *)slot->chunks;
	int64_t before = faults_now();

	before = faults_now(); /* the first call may fault by itself */
	slot->operations = 0;
	for (size_t at = 0; at < sizeof(*slot->lane); at += 4096)
		lane[at] = 0;
	for (size_t at = 0; at < sizeof(*slot->chunks); at += 4096)
		chunks[at] = chunks[at];
	__atomic_fetch_add(&slot->orders->values[VICTIM], faults_now() - before, __ATOMIC_RELAXED);
	return scripted_task(slot);
}

static int writing_run(struct orders *orders)
{
	return crew_run(orders, writing_task);
}

START_TEST(a_task_that_is_ready_has_touched_its_slot_lane_and_chunks)
{
	struct workload writing = scripted_workload;
	struct plan plan = scripted_plan(&writing, model_find("processes"));
	struct record record;

	writing.run[FAMILY_PROCESSES] = writing_run;
	plan.draft.values[VICTIM] = 0;
	scripted_invoke(&plan, &record);
	ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
	/* three tasks: one stray fault each is what the rule allows */
	ck_assert_int_le(record_param_value(&record, "victim", -1), 3);
	ck_assert_int_ge(record_param_value(&record, "victim", -1), 0);
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
	tcase_add_test(tcase, a_task_that_is_ready_has_touched_its_slot_lane_and_chunks);
	suite_add_tcase(s, tcase);
	return s;
}
