/*
 * What the supervisor reads on request: memory at its points, system calls at the marks.
 */
#include "tests/harness/measure/scripted.h"
#include "tests/suite.h"

static int models_count(void)
{
	int count = 0;

	while (models[count].name != NULL)
		count++;
	return count;
}

START_TEST(memory_is_read_at_both_points)
{
	struct plan plan = scripted_plan(&meeting_workload, model_find("processes"));
	struct record record;

	setenv("CONCBENCH_WITHOUT", _i == 0 ? "settle" : "settle,cgroup", 1);
	plan.draft.kind = KIND_MEMORY;
	plan.draft.tasks = 8;
	plan.draft.values[TASKS] = 8;
	scripted_invoke(&plan, &record);
	ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
	ck_assert_int_eq(record.memory.measured, 1);
	ck_assert_int_eq(record.memory.a.processes, 1);
	ck_assert_int_eq(record.memory.b.processes, 9);
	ck_assert_int_gt(record.memory.a.pss, 0);
	ck_assert_int_gt(record.memory.b.pss, record.memory.a.pss);
	ck_assert_int_ge(record.memory.peak, record.memory.b.pss);
	ck_assert(record.memory.user_per_task > 0);
	if (_i == 1)
		ck_assert_int_eq(record.memory.b.cgroup, -1);
	ck_assert_ptr_null(record.latency);
	record_release(&record);
}
END_TEST

START_TEST(a_baseline_that_does_not_stand_still_is_waited_for_so_long_and_the_record_says_so)
{
	struct plan plan = scripted_plan(&meeting_workload, model_find("threads"));
	struct record record;

	setenv("CONCBENCH_WITHOUT", "cgroup", 1);
	plan.draft.kind = KIND_MEMORY;
	plan.settle_ns = 50000000; /* less than any baseline needs to be taken for still */
	uint64_t start_ns = clock_now_ns();
	scripted_invoke(&plan, &record);
	ck_assert_uint_ge(clock_now_ns() - start_ns, plan.settle_ns);
	ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
	ck_assert_int_eq(record.memory.settled, 0);
	ck_assert_ptr_nonnull(strstr(record.warning, "did not stand still before the baseline"));
	record_release(&record);
}
END_TEST

START_TEST(system_calls_are_the_works_own_or_not_counted_at_all)
{
	const struct model *model = &models[_i];
	struct plan plan = scripted_plan(&scripted_workload, model);
	struct record record;

	if (!scripted_model_works(model))
		return;
	plan.draft.kind = KIND_COUNTS;
	scripted_invoke(&plan, &record);
	ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
	ck_assert_int_ne(record.counts.source[0], '\0');
	/* one system call per operation; spawning anew each round and a global lock have their own
	 */
	if (record.counts.system_calls >= 0 && model->variant == 0 &&
		model_capacity(model, (int)plan.draft.common[COMMON_POOL], 3) >= 3)
		/* a task that is kept from parking for long may shift its own call */
		ck_assert_int_le(
			llabs(record.counts.system_calls - (int64_t)record.work.operations), 3);
	record_release(&record);
	setenv("CONCBENCH_WITHOUT", "perf", 1);
	scripted_invoke(&plan, &record);
	ck_assert_int_eq(record.counts.system_calls, -1);
	ck_assert_int_eq(record.counts.switches, -1);
	ck_assert_str_eq(record.counts.source, "perf events switched off");
	record_release(&record);
}
END_TEST

START_TEST(what_the_gate_costs_is_not_in_the_window)
{
	struct plan plan =
		scripted_plan(&meeting_workload, model_find(_i == 0 ? "threads" : "processes"));
	struct record record;

	plan.draft.tasks = 40;
	plan.draft.values[TASKS] = 40;
	plan.draft.rounds = 1;
	scripted_invoke(&plan, &record);
	ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
	ck_assert_uint_eq(record.work.operations, 80);
	/* every wait is a switch, and every task once parks at the closing gate */
	ck_assert_uint_lt(record.window.voluntary, 80 + 20);
	record_release(&record);
}
END_TEST

static void burn(uint64_t ns)
{
	struct timespec now;
	uint64_t until_ns;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	until_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec + ns;
	do
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	while ((uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec < until_ns);
}

/* Burns 120 ms a round; with trouble, in a child that nobody reaps. */
static int burning_task(void *arg)
{
	enum { BURNT_NS = 120 * 1000 * 1000 };
	struct slot *slot = arg;

	while (slot->rc == 0 && slot_round(slot)) {
		uint64_t start_ns = slot_begin(slot);

		if (slot->orders->values[TROUBLE] == TROUBLE_ORPHAN) {
			signal(SIGCHLD, SIG_IGN);
			pid_t child = fork();
			if (child == 0) {
				burn(BURNT_NS);
				_exit(0);
			}
			while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
				;
		} else {
			burn(BURNT_NS);
		}
		slot_end(slot, start_ns, 10, 1);
	}
	return slot_result(slot);
}

static int burning_run(struct orders *orders)
{
	return crew_run(orders, burning_task);
}

static bool has_cpu_group(void)
{
	struct control_group group, none = {0};
	bool has = cpu_group_make(&group, &none) == 0;

	control_group_remove(&group);
	return has;
}

static void burn_in(const char *model, enum trouble trouble, struct record *record)
{
	struct workload burning = scripted_workload;
	struct plan plan = scripted_plan(&burning, model_find(model));

	burning.run[FAMILY_ASYNC] = burning.run[FAMILY_THREADS] = burning.run[FAMILY_PROCESSES] =
		burning_run;
	plan.draft.values[TROUBLE] = (int64_t)trouble;
	plan.draft.tasks = 1;
	plan.draft.rounds = 1;
	scripted_invoke(&plan, record);
	ck_assert_msg(record->status == STATUS_OK, "%s: %s", model, record->reason);
}

START_TEST(the_account_of_cpu_time_agrees_with_the_control_group)
{
	static const char *const names[] = {
		"sequential", "async", "threads", "processes", "process-pool"};
	struct record record;

	burn_in(names[_i], TROUBLE_NONE, &record);
	ck_assert_uint_ge(record.window.cpu_ns, 110000000);
	ck_assert_msg(strstr(record.warning, "control group") == NULL, "%s: %s", names[_i],
		record.warning);
	record_release(&record);
}
END_TEST

START_TEST(time_that_escapes_the_account_is_told)
{
	struct record record;

	if (!has_cpu_group())
		return;
	burn_in("processes", TROUBLE_ORPHAN, &record);
	ck_assert_uint_lt(record.window.cpu_ns, 60000000);
	ck_assert_msg(strstr(record.warning, "CPU time: the control group counted 1") != NULL,
		"\"%s\"", record.warning);
	record_release(&record);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("serve");
	TCase *tcase = tcase_create("serve");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, memory_is_read_at_both_points, 0, 2);
	tcase_add_test(tcase,
		a_baseline_that_does_not_stand_still_is_waited_for_so_long_and_the_record_says_so);
	tcase_add_loop_test(
		tcase, system_calls_are_the_works_own_or_not_counted_at_all, 0, models_count());
	tcase_add_loop_test(tcase, what_the_gate_costs_is_not_in_the_window, 0, 2);
	tcase_add_loop_test(tcase, the_account_of_cpu_time_agrees_with_the_control_group, 0, 5);
	tcase_add_test(tcase, time_that_escapes_the_account_is_told);
	suite_add_tcase(s, tcase);
	return s;
}
