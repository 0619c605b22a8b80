/*
 * Times and counts that are wrong; the line sees it.
 */
#include <stdio.h>

#include "tests/harness/selftest/scripted.h"
#include "tests/suite.h"

static uint64_t skew_ns, ours, early_ns, late_ns;
static int64_t by_perf;
static double share;

static int starts(const struct plan *plan, struct record *record)
{
	(void)plan;
	*record = (struct record){.window.skew_ns = skew_ns};
	return 0;
}

static int spins(const struct plan *plan, struct record *record)
{
	(void)plan;
	*record = (struct record){.work.bytes = 400000000};
	record->window.cpu_ns = (uint64_t)(share * 400000000);
	return 0;
}

/* Only the loop is late. */
static int waits(const struct plan *plan, struct record *record)
{
	bool async = plan->draft.model->family == FAMILY_ASYNC;

	*record = (struct record){0};
	pretend_latency(record,
		(uint64_t)planned(plan, "wait") + 100000 + (async ? late_ns : 0) - early_ns);
	return 0;
}

static int switches(const struct plan *plan, struct record *record)
{
	(void)plan;
	*record = (struct record){0};
	record->window.voluntary = ours;
	record->counts.switches = by_perf;
	return 0;
}

START_TEST(a_gate_that_lets_a_task_start_early_or_shows_no_skew_fails)
{
	skew_ns = 400000;
	ck_assert_int_eq(verdict_with(check_gate, starts, _i), LINE_OK);
	skew_ns = 30000000; /* one was on its way 30 ms before the others */
	ck_assert_int_eq(verdict_with(check_gate, starts, _i), LINE_FAILED);
	skew_ns = 0; /* not measured at all */
	ck_assert_int_eq(verdict_with(check_gate, starts, _i), LINE_FAILED);
}
END_TEST

/* Its first task has begun 30 ms before the gate of the window opened. */
static int begins_early(void *arg)
{
	struct slot *slot = arg;
	uint64_t go_ns;

	while (slot_round(slot)) {
		go_ns = slot->orders->invocation->go_ns;
		if (slot == &slot->orders->slots[0] && go_ns != 0)
			slot->start_ns = go_ns - 30000000;
		slot_count(slot, 1, 0, 1);
	}
	return slot_result(slot);
}

static int run_early(struct orders *orders)
{
	return crew_run(orders, begins_early);
}

static int invoke_early(const struct plan *plan, struct record *record)
{
	struct workload early = *plan->draft.workload;
	struct plan changed = *plan;

	for (int i = 0; i < FAMILIES; i++)
		early.run[i] = run_early;
	changed.draft.workload = &early;
	return selftest_subjects.invoke(&changed, record);
}

START_TEST(a_task_that_the_real_gate_let_start_early_fails)
{
	struct subjects subjects = selftest_subjects;
	struct line line = {.verdict = LINE_OK};

	subjects.invoke = invoke_early;
	check_gate(&line, &subjects, _i);
	ck_assert_int_eq(line.verdict, LINE_FAILED);
	/* and for no other reason */
	ck_assert_msg(strstr(line.measured, "63 of 64 tasks ran in the window") != NULL, "%s",
		line.measured);
}
END_TEST

START_TEST(cpu_time_that_leaks_or_is_counted_twice_fails)
{
	share = 1.01;
	ck_assert_int_eq(verdict_with(check_cpu, spins, _i), LINE_OK);
	share = 0.97;
	ck_assert_int_eq(verdict_with(check_cpu, spins, _i), LINE_FAILED);
	share = 2;
	ck_assert_int_eq(verdict_with(check_cpu, spins, _i), LINE_FAILED);
}
END_TEST

START_TEST(a_family_whose_timers_are_coarser_fails)
{
	static const int waits_ms[] = {5, 500};
	int wait_ms = waits_ms[_i];

	late_ns = early_ns = 0;
	ck_assert_int_eq(verdict_with(check_timers, waits, wait_ms), LINE_OK);
	late_ns = 1000000; /* what a timeout in milliseconds adds */
	ck_assert_int_eq(verdict_with(check_timers, waits, wait_ms), LINE_FAILED);
	late_ns = 0;
	early_ns = 200000;
	ck_assert_int_eq(verdict_with(check_timers, waits, wait_ms), LINE_FAILED);
}
END_TEST

START_TEST(switches_that_perf_contradicts_fail)
{
	by_perf = 1000;
	ours = 1049;
	ck_assert_int_eq(verdict_with(check_switches, switches, _i), LINE_OK);
	ours = 900;
	ck_assert_int_eq(verdict_with(check_switches, switches, _i), LINE_FAILED);
	ours = 2000;
	ck_assert_int_eq(verdict_with(check_switches, switches, _i), LINE_FAILED);
	/* that neither has seen any is no agreement: there are some */
	ours = by_perf = 0;
	ck_assert_int_eq(verdict_with(check_switches, switches, _i), LINE_FAILED);
}
END_TEST

START_TEST(without_perf_the_line_says_so)
{
	setenv("CONCBENCH_WITHOUT", "perf", 1);
	ck_assert_int_eq(verdict_of(check_switches, &selftest_subjects, 1), LINE_NOT_HERE);
}
END_TEST

START_TEST(the_real_account_of_cpu_time_agrees)
{
	ck_assert_int_eq(verdict_of(check_cpu, &selftest_subjects, _i), LINE_OK);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("selftest/time");
	TCase *tcase = tcase_create("time");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_gate_that_lets_a_task_start_early_or_shows_no_skew_fails, 0,
		SELFTEST_MODELS);
	/* of one family: five invocations each take a second */
	tcase_add_loop_test(tcase, a_task_that_the_real_gate_let_start_early_fails, 1, 2);
	tcase_add_loop_test(
		tcase, cpu_time_that_leaks_or_is_counted_twice_fails, 0, SELFTEST_MODELS);
	tcase_add_loop_test(tcase, a_family_whose_timers_are_coarser_fails, 0, 2);
	tcase_add_loop_test(tcase, switches_that_perf_contradicts_fail, 0, SELFTEST_MODELS);
	tcase_add_test(tcase, without_perf_the_line_says_so);
	tcase_add_loop_test(tcase, the_real_account_of_cpu_time_agrees, 0, 1);
	suite_add_tcase(s, tcase);
	return s;
}
