/*
 * One invocation from the outside: whole rounds in every model, every kind of end, nothing left.
 */
#include <sys/prctl.h>
#include <sys/resource.h>

#include "tests/harness/measure/scripted.h"
#include "tests/suite.h"

static int models_count(void)
{
	int count = 0;

	while (models[count].name != NULL)
		count++;
	return count;
}

static void assert_reason(const struct record *record, enum status status, const char *part)
{
	ck_assert_msg(record->status == status && strstr(record->reason, part) != NULL,
		"%s/%s: %s: \"%s\", expected %s with \"%s\"", record->workload, record->model,
		status_names[record->status], record->reason, status_names[status], part);
}

START_TEST(a_window_holds_whole_rounds_of_equal_work_in_every_model)
{
	const struct model *model = &models[_i];
	struct plan plan = scripted_plan(&scripted_workload, model);
	struct record record;

	if (!scripted_model_works(model))
		return;
	scripted_invoke(&plan, &record);
	ck_assert_msg(record.status == STATUS_OK, "%s: %s", model->name, record.reason);
	ck_assert_uint_gt(record.work.rounds, 0);
	ck_assert_uint_eq(record.work.tasks, 3);
	ck_assert_uint_eq(record.work.operations, record.work.rounds * 3 * 2);
	ck_assert_uint_eq(record.work.bytes, record.work.operations * 10);
	ck_assert_uint_eq(record.work.checksum, record.work.rounds * 2 * (1 + 2 + 3));
	ck_assert_uint_gt(record.work.warm_rounds, 0);
	ck_assert_uint_gt(record.window.ns, 0);
	ck_assert_uint_gt(record.process.wall_ns, record.window.ns);
	ck_assert_uint_gt(record.process.cpu_ns, 0);
	ck_assert_ptr_nonnull(record.latency);
	ck_assert_uint_eq(histogram_count(&record.latency->closed), record.work.operations);
	ck_assert_uint_ge(record.latency->max_ns, 100000);
	record_release(&record);
}
END_TEST

START_TEST(rounds_can_be_fixed)
{
	struct plan plan = scripted_plan(&scripted_workload, &models[_i]);
	struct record record;

	if (!scripted_model_works(&models[_i]))
		return;
	plan.draft.rounds = 7;
	scripted_invoke(&plan, &record);
	ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
	ck_assert_uint_eq(record.work.rounds, 7);
	ck_assert_uint_eq(record.work.operations, 7 * 6);
	record_release(&record);
}
END_TEST

START_TEST(a_family_function_can_take_part_itself)
{
	struct plan plan = scripted_plan(&mainly_workload, &models[_i]);
	struct record record;

	if (!scripted_model_works(&models[_i]))
		return;
	scripted_invoke(&plan, &record);
	ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
	ck_assert_uint_eq(record.work.operations, record.work.rounds * 2);
	record_release(&record);
}
END_TEST

START_TEST(a_server_is_measured_by_its_generator)
{
	struct plan plan = scripted_plan(&served_workload, model_find("threads"));
	struct record record;

	plan.draft.model = model_find(_i == 0 ? "threads" : "processes");
	scripted_invoke(&plan, &record);
	ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
	ck_assert_uint_eq(record.work.operations, record.work.rounds * 2);
	ck_assert_uint_eq(histogram_count(&record.latency->closed), record.work.operations);
	ck_assert_int_gt(record.chunks, 0);
	record_release(&record);
}
END_TEST

START_TEST(replies_that_were_not_served_are_invalid)
{
	struct plan plan = scripted_plan(&served_workload, model_find("threads"));
	struct record record;

	plan.draft.values[TROUBLE] = TROUBLE_MISCOUNT;
	scripted_invoke(&plan, &record);
	assert_reason(&record, STATUS_INVALID, "the generator counted");
	record_release(&record);
	plan.draft.values[TROUBLE] = TROUBLE_WRONG;
	scripted_invoke(&plan, &record);
	assert_reason(&record, STATUS_INVALID, "1 wrong replies");
	record_release(&record);
}
END_TEST

START_TEST(tasks_that_must_meet_and_cannot_are_impossible)
{
	struct plan plan = scripted_plan(&meeting_workload, model_find("sequential"));
	struct record record;

	scripted_invoke(&plan, &record);
	assert_reason(&record, STATUS_IMPOSSIBLE, "runs one task at a time, 3 must meet");
	record_release(&record);
	plan.draft.model = model_find("thread-pool");
	plan.draft.common[COMMON_POOL] = 2;
	scripted_invoke(&plan, &record);
	assert_reason(&record, STATUS_IMPOSSIBLE, "pool of 2 workers, 3 tasks must meet");
	record_release(&record);
	plan = scripted_plan(&served_workload, model_find("process-pool"));
	plan.draft.common[COMMON_POOL] = 2;
	scripted_invoke(&plan, &record);
	assert_reason(&record, STATUS_IMPOSSIBLE, "pool of 2 workers, 3 kept connections");
	record_release(&record);
	plan = scripted_plan(&served_workload, model_find("async"));
	scripted_invoke(&plan, &record);
	assert_reason(&record, STATUS_IMPOSSIBLE, "polls, which a loop cannot wait for");
	record_release(&record);
}
END_TEST

static const enum phase phases_of_tasks[] = {PHASE_SPAWN, PHASE_WARM, PHASE_WINDOW};
enum { TASK_PHASES = sizeof(phases_of_tasks) / sizeof(phases_of_tasks[0]) };

START_TEST(a_failing_task_leaves_no_other_waiting)
{
	const struct model *model = &models[_i / TASK_PHASES];
	struct plan plan = scripted_plan(&scripted_workload, model);
	struct record record;

	if (!scripted_model_works(model))
		return;
	plan.draft.values[TROUBLE] = TROUBLE_ERROR;
	plan.draft.values[VICTIM] = 1;
	plan.draft.values[PHASE] = phases_of_tasks[_i % TASK_PHASES];
	/* only a crew spawned anew each round starts its first task when warm-up has begun */
	if (plan.draft.values[PHASE] == PHASE_SPAWN &&
		model_capacity(model, (int)plan.draft.common[COMMON_POOL], 3) < 3)
		return;
	scripted_invoke(&plan, &record);
	assert_reason(&record, STATUS_FAILED, "task 1: Input/output error");
	record_release(&record);
}
END_TEST

START_TEST(a_task_that_leaves_early_is_a_failure)
{
	const struct model *model = &models[_i];
	struct plan plan = scripted_plan(&scripted_workload, model);
	struct record record;

	if (!scripted_model_works(model))
		return;
	plan.draft.values[TROUBLE] = TROUBLE_LEAVE;
	plan.draft.values[VICTIM] = 2;
	plan.draft.values[PHASE] = PHASE_WARM;
	scripted_invoke(&plan, &record);
	assert_reason(&record, STATUS_FAILED, "task 2 left before its rounds were done");
	record_release(&record);
}
END_TEST

START_TEST(a_killed_task_is_told_in_every_phase)
{
	const struct model *model = &models[_i / TASK_PHASES];
	struct plan plan = scripted_plan(&scripted_workload, model);
	struct record record;

	if (!scripted_model_works(model))
		return;
	plan.draft.values[TROUBLE] = TROUBLE_DEATH;
	plan.draft.values[VICTIM] = 1;
	plan.draft.values[PHASE] = phases_of_tasks[_i % TASK_PHASES];
	if (plan.draft.values[PHASE] == PHASE_SPAWN &&
		model_capacity(model, (int)plan.draft.common[COMMON_POOL], 3) < 3)
		return;
	scripted_invoke(&plan, &record);
	assert_reason(&record, STATUS_FAILED,
		model->family == FAMILY_PROCESSES
			? "task 1 was killed by signal 9 (Killed)"
			: "the first process of the SUT was killed by signal 9 (Killed)");
	record_release(&record);
}
END_TEST

START_TEST(a_worker_killed_while_it_has_no_task_is_told_though_nothing_is_lost)
{
	struct plan plan = scripted_plan(&scripted_workload, model_find("process-pool"));
	struct record record;

	plan.draft.common[COMMON_POOL] = 4;
	plan.draft.values[TROUBLE] = TROUBLE_IDLE_DEATH;
	plan.draft.values[VICTIM] = 1;
	plan.draft.values[PHASE] = PHASE_WINDOW;
	scripted_invoke(&plan, &record);
	assert_reason(&record, STATUS_OK, "");
	ck_assert_ptr_nonnull(strstr(
		record.warning, "1 of the pool's workers died (signal 9) and had to be replaced"));
	record_release(&record);
}
END_TEST

static const enum phase phases_of_root[] = {PHASE_PREPARE, PHASE_SPAWN, PHASE_WARM, PHASE_WINDOW};

START_TEST(a_killed_root_is_told_in_every_phase)
{
	struct plan plan = scripted_plan(&meeting_workload, model_find("processes"));
	struct record record;

	plan.draft.values[TROUBLE] = TROUBLE_ROOT_DEATH;
	plan.draft.values[PHASE] = phases_of_root[_i];
	scripted_invoke(&plan, &record);
	assert_reason(
		&record, STATUS_FAILED, "the first process of the SUT was killed by signal 9");
	record_release(&record);
}
END_TEST

static const enum phase phases_of_load[] = {PHASE_PREPARE, PHASE_SPAWN, PHASE_WARM, PHASE_WINDOW};

START_TEST(a_killed_generator_is_told_in_every_phase)
{
	struct plan plan = scripted_plan(&served_workload, model_find("threads"));
	struct record record;

	plan.draft.values[TROUBLE] = TROUBLE_LOAD_DEATH;
	plan.draft.values[PHASE] = phases_of_load[_i];
	scripted_invoke(&plan, &record);
	assert_reason(&record, STATUS_FAILED, "the load process was killed by signal 9");
	record_release(&record);
}
END_TEST

START_TEST(an_interrupt_still_gives_a_record)
{
	const struct model *model = &models[_i];
	struct plan plan = scripted_plan(&scripted_workload, model);
	struct record record;

	if (!scripted_model_works(model))
		return;
	plan.draft.values[TROUBLE] = TROUBLE_INTERRUPT;
	plan.draft.values[PHASE] = PHASE_WARM;
	plan.draft.window_ns = 10000000000u;
	ck_assert_int_eq(scripted_invoke(&plan, &record), SIGTERM);
	assert_reason(&record, STATUS_FAILED, "interrupted");
	record_release(&record);
}
END_TEST

START_TEST(what_hangs_is_ended_and_says_where)
{
	static const enum phase where[] = {PHASE_PREPARE, PHASE_WARM};
	struct plan plan = scripted_plan(&scripted_workload, model_find("processes"));
	struct record record;

	plan.stall_ns = 300000000;
	plan.draft.values[TROUBLE] = TROUBLE_HANG;
	plan.draft.values[PHASE] = where[_i];
	scripted_invoke(&plan, &record);
	assert_reason(&record, STATUS_FAILED, "no progress for 0 s in ");
	ck_assert(strstr(record.reason, phase_names[where[_i]]) != NULL);
	record_release(&record);
}
END_TEST
START_TEST(tasks_that_wait_for_a_dead_one_for_ever_do_not_hide_its_death)
{
	const struct model *model = model_find(_i == 0 ? "processes" : "process-pool");
	struct plan plan = scripted_plan(&scripted_workload, model);
	struct record record;

	plan.stall_ns = 1500000000;
	plan.draft.values[TROUBLE] = TROUBLE_BEREFT;
	plan.draft.values[PHASE] = PHASE_WARM;
	scripted_invoke(&plan, &record);
	assert_reason(&record, STATUS_FAILED, "task 0 was killed by signal 9 (Killed)");
	record_release(&record);
}
END_TEST

START_TEST(what_a_task_leaves_running_is_ended_too)
{
	struct plan plan = scripted_plan(&scripted_workload, model_find("processes"));
	struct record record;

	plan.draft.values[TROUBLE] = TROUBLE_ORPHAN;
	plan.draft.values[PHASE] = PHASE_WARM;
	scripted_invoke(&plan, &record);
	record_release(&record);
}
END_TEST

START_TEST(a_task_out_of_descriptors_is_a_limit_with_its_name)
{
	struct rlimit limit = {64, 64};
	struct plan plan = scripted_plan(&scripted_workload, model_find("processes"));
	struct record record;

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	plan.draft.values[TROUBLE] = TROUBLE_DESCRIPTORS;
	plan.draft.values[PHASE] = PHASE_WARM;
	scripted_invoke(&plan, &record);
	assert_reason(&record, STATUS_LIMIT, "RLIMIT_NOFILE 64 reached at 3 tasks");
	record_release(&record);
}
END_TEST

START_TEST(more_processes_than_allowed_are_a_limit_with_its_name)
{
	struct rlimit limit = {24, 24};
	struct plan plan =
		scripted_plan(&meeting_workload, model_find(_i == 0 ? "processes" : "threads"));
	struct record record;
	uid_t uid = 100000 + (uid_t)getpid(); /* nobody else's */
	int reached;

	if (getuid() == 0)
		ck_assert_int_eq(setresuid(uid, uid, uid), 0); /* root has no such limit */
	else
		return; /* what else this user runs would count */
	prctl(PR_SET_DUMPABLE, 1);
	ck_assert_int_eq(setrlimit(RLIMIT_NPROC, &limit), 0);
	plan.draft.tasks = 100;
	plan.draft.values[TASKS] = 100;
	scripted_invoke(&plan, &record);
	assert_reason(&record, STATUS_LIMIT, "RLIMIT_NPROC 24 reached at ");
	/* the supervisor and the root are two of them */
	ck_assert_int_eq(sscanf(record.reason, "RLIMIT_NPROC 24 reached at %d tasks", &reached), 1);
	ck_assert_int_le(reached, 22);
	ck_assert_int_ge(reached, 5);
	record_release(&record);
}
END_TEST

START_TEST(where_only_their_presence_is_asked_it_ends_with_all_tasks_at_the_gate)
{
	static const char *const names[] = {"threads", "processes", "async", "threads"};
	const struct model *model = model_find(names[_i]);
	struct plan plan = scripted_plan(_i == 3 ? &served_workload : &meeting_workload, model);
	struct record record;

	plan.until_ready = true;
	plan.draft.rounds = 1000000000; /* it would take for ever */
	scripted_invoke(&plan, &record);
	ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
	ck_assert_uint_eq(record.work.operations, 0);
	record_release(&record);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("supervisor");
	TCase *runs = tcase_create("runs");
	TCase *ends = tcase_create("ends");
	int n = models_count();

	tcase_set_timeout(runs, 60);
	tcase_add_loop_test(runs, a_window_holds_whole_rounds_of_equal_work_in_every_model, 0, n);
	tcase_add_loop_test(runs, rounds_can_be_fixed, 0, n);
	tcase_add_loop_test(runs, a_family_function_can_take_part_itself, 0, n);
	tcase_add_loop_test(runs, a_server_is_measured_by_its_generator, 0, 2);
	tcase_add_test(runs, replies_that_were_not_served_are_invalid);
	tcase_add_test(runs, tasks_that_must_meet_and_cannot_are_impossible);
	suite_add_tcase(s, runs);
	tcase_set_timeout(ends, 60);
	tcase_add_loop_test(ends, a_failing_task_leaves_no_other_waiting, 0, n * TASK_PHASES);
	tcase_add_loop_test(ends, a_task_that_leaves_early_is_a_failure, 0, n);
	tcase_add_loop_test(ends, a_killed_task_is_told_in_every_phase, 0, n * TASK_PHASES);
	tcase_add_test(ends, a_worker_killed_while_it_has_no_task_is_told_though_nothing_is_lost);
	tcase_add_loop_test(ends, a_killed_root_is_told_in_every_phase, 0, 4);
	tcase_add_loop_test(ends, a_killed_generator_is_told_in_every_phase, 0, 4);
	tcase_add_loop_test(ends, an_interrupt_still_gives_a_record, 0, n);
	tcase_add_loop_test(ends, what_hangs_is_ended_and_says_where, 0, 2);
	tcase_add_loop_test(
		ends, tasks_that_wait_for_a_dead_one_for_ever_do_not_hide_its_death, 0, 2);
	tcase_add_test(ends, what_a_task_leaves_running_is_ended_too);
	tcase_add_test(ends, a_task_out_of_descriptors_is_a_limit_with_its_name);
	tcase_add_loop_test(ends, more_processes_than_allowed_are_a_limit_with_its_name, 0, 2);
	tcase_add_loop_test(
		ends, where_only_their_presence_is_asked_it_ends_with_all_tasks_at_the_gate, 0, 4);
	suite_add_tcase(s, ends);
	return s;
}
