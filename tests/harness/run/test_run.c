#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "harness/run/stop.h"
#include "tests/harness/run/scripted.h"
#include "tests/suite.h"

static struct scripted scripted;
static struct run_plan plan;
static struct journal journal;
static struct run_header header;
static struct progress silent;

static struct run carry_out(
	const char *effort, const char *selector, uint64_t budget_ns, int expected)
{
	scripted_plan(&plan, effort, selector);
	scripted_header(&header, &plan);
	ck_assert_int_eq(journal_open(&journal, NULL, &header), 0);
	struct run run = {.plan = &plan,
		.effort = effort_find(effort),
		.budget_ns = budget_ns,
		.executor = &scripted.executor,
		.journal = &journal,
		.progress = &silent};
	ck_assert_int_eq(run_execute(&run), expected);
	return run;
}

static void clean(void)
{
	journal_close(&journal);
	plan_free(&plan);
	run_header_release(&header);
}

static int count(enum status status)
{
	int found = 0;

	for (int i = 0; i < journal.session.records_count; i++)
		found += journal.session.records[i].status == status;
	return found;
}

/* One that could not say what it is, a version of the interface that is not ours. */
START_TEST(a_guest_that_is_refused_has_the_reason_in_its_cells_and_others_go_on)
{
	int refused = 0;

	scripted_init(&scripted);
	scripted_plan(&plan, "quick", NULL);
	const struct model *guest = plan.cells[1].model;
	for (int i = 0; i < plan.cells_count; i++)
		if (plan.cells[i].model == guest)
			plan.cells[i].refusal = "speaks version 2";
	for (int i = 0; i < plan.steps_count; i++)
		refused += plan.cells[plan.steps[i].cell].refusal != NULL;
	scripted_header(&header, &plan);
	ck_assert_int_eq(journal_open(&journal, NULL, &header), 0);
	struct run run = {.plan = &plan,
		.effort = effort_find("quick"),
		.executor = &scripted.executor,
		.journal = &journal,
		.progress = &silent};
	ck_assert_int_eq(run_execute(&run), 0);
	ck_assert_int_eq(scripted.invocations, plan.steps_count - refused);
	ck_assert_int_gt(count(STATUS_FAILED), 0);
	for (int i = 0; i < journal.session.records_count; i++) {
		const struct record *record = &journal.session.records[i];
		bool is = strcmp(record->model, guest->name) == 0;
		ck_assert_int_eq(record->status == STATUS_FAILED, is);
		ck_assert_str_eq(record->reason, is ? "speaks version 2" : "");
	}
	clean();
}
END_TEST

START_TEST(every_planned_invocation_is_made_once_and_recorded_in_order)
{
	scripted_init(&scripted);
	struct run run = carry_out("quick", NULL, 0, 0);
	ck_assert_int_eq(scripted.invocations, plan.steps_count);
	ck_assert_int_eq(run.done, plan.steps_count);
	ck_assert_int_eq(journal.session.records_count, plan.steps_count);
	for (int i = 0; i < plan.steps_count; i++) {
		const struct record *record = &journal.session.records[i];
		const struct cell *cell = &plan.cells[plan.steps[i].cell];
		ck_assert_str_eq(record->workload, cell->workload->name);
		ck_assert_str_eq(record->model, cell->model->name);
		ck_assert_int_eq(record->place.slot, plan.steps[i].slot);
		ck_assert_uint_eq(record->seed, 42);
	}
	ck_assert_ptr_nonnull(session_end(&journal.session));
	clean();
}
END_TEST

START_TEST(a_calibration_is_made_once_and_given_to_all_siblings)
{
	scripted_init(&scripted);
	carry_out("quick", "mixed", 0, 0);
	ck_assert_int_eq(scripted.calibrations, 1);
	for (int i = 0; i < journal.session.records_count; i++)
		ck_assert_int_eq(
			record_param_value(&journal.session.records[i], "calibration", 0), 777);
	clean();
}
END_TEST

START_TEST(a_budget_shrinks_the_windows_and_is_kept)
{
	scripted_init(&scripted);
	struct run run = carry_out("quick", "echo", 9000000000, 0);
	ck_assert_uint_lt(scripted.last_window_ns, 250000000);
	ck_assert_uint_gt(scripted.last_window_ns, 50000000);
	ck_assert_int_eq(run.left_out, 0);
	ck_assert_uint_lt(scripted.now_ns, 9500000000);
	clean();
}
END_TEST

START_TEST(what_a_budget_has_no_room_for_is_left_out_and_said)
{
	scripted_init(&scripted);
	struct run run = carry_out("quick", "echo", 1500000000, 0);
	ck_assert_int_gt(run.left_out, 0);
	ck_assert_int_eq(run.left_out + journal.session.records_count, plan.steps_count);
	ck_assert_int_eq(journal.session.events[0].event, EVENT_WARNING);
	ck_assert_ptr_nonnull(
		strstr(journal.session.events[0].text, "the budget of 1.5s was used up"));
	clean();
}
END_TEST

START_TEST(a_unit_with_a_contaminated_spin_is_repeated_and_does_not_count)
{
	scripted_init(&scripted);
	scripted.shares[1] = 0.25; /* after the first unit */
	struct run run = carry_out("quick", "echo", 0, 0);
	ck_assert_int_eq(run.repeated, 8);
	ck_assert_int_eq(scripted.invocations, plan.steps_count + 8);
	ck_assert_int_eq(count(STATUS_DISTURBED), 8);
	ck_assert_int_eq(count(STATUS_OK), plan.steps_count);
	ck_assert_str_eq(journal.session.records[0].reason, "25 % of a CPU was taken from outside");
	clean();
}
END_TEST

START_TEST(a_machine_that_stays_contaminated_is_given_up_after_two_repeats)
{
	scripted_init(&scripted);
	for (int i = 0; i < 6; i++)
		scripted.shares[i] = 0.5;
	struct run run = carry_out("quick", "echo", 0, 0);
	ck_assert_int_eq(run.repeated, 16);
	ck_assert_int_eq(count(STATUS_DISTURBED), 24);
	clean();
}
END_TEST

static void threads_limit(struct scripted *script, int at, struct record *record)
{
	(void)script;
	(void)at;
	if (strcmp(record->model, "threads") != 0)
		return;
	record->status = STATUS_LIMIT;
	strcpy(record->reason, "RLIMIT_NPROC 4096 reached at 4093 tasks");
}

START_TEST(a_cell_at_its_limit_is_not_tried_again)
{
	scripted_init(&scripted);
	scripted.twist = threads_limit;
	struct run run = carry_out("quick", "echo", 0, 0);
	ck_assert_int_eq(count(STATUS_LIMIT), 1);
	ck_assert_int_eq(count(STATUS_OK), 18);
	ck_assert_int_eq(run.done, plan.steps_count);
	clean();
}
END_TEST

static void async_fails(struct scripted *script, int at, struct record *record)
{
	(void)script;
	(void)at;
	if (strcmp(record->model, "async") != 0)
		return;
	record->status = STATUS_FAILED;
	strcpy(record->reason, "ended by signal 11");
}

START_TEST(a_cell_that_failed_twice_is_given_up)
{
	scripted_init(&scripted);
	scripted.twist = async_fails;
	carry_out("quick", "echo", 0, 0);
	ck_assert_int_eq(count(STATUS_FAILED), 2);
	clean();
}
END_TEST

static void first_disturbed(struct scripted *script, int at, struct record *record)
{
	(void)script;
	if (at != 0)
		return;
	record->status = STATUS_DISTURBED;
	strcpy(record->reason, "a CPU quota stopped it");
}

START_TEST(an_invocation_that_was_disturbed_by_its_own_account_is_made_again)
{
	scripted_init(&scripted);
	scripted.twist = first_disturbed;
	struct run run = carry_out("quick", "echo", 0, 0);
	ck_assert_int_eq(run.repeated, 1);
	ck_assert_int_eq(
		journal.session.records[0].place.slot, journal.session.records[1].place.slot);
	clean();
}
END_TEST

START_TEST(being_told_to_stop_keeps_what_was_measured)
{
	scripted_init(&scripted);
	scripted.fail_at = 5;
	scripted.rc = -EINTR;
	stop_install();
	raise(SIGTERM);
	ck_assert_int_eq(stop_signal(), SIGTERM);
	carry_out("quick", "echo", 0, -EINTR);
	/* told before the first invocation: none was made, and the end says why */
	ck_assert_int_eq(journal.session.records_count, 0);
	ck_assert_ptr_nonnull(strstr(session_end(&journal.session)->text, "stopped by Terminated"));
	clean();
}
END_TEST

START_TEST(a_server_without_a_cpu_for_the_load_is_not_possible)
{
	scripted_init(&scripted);
	scripted_plan(&plan, "quick", "echo");
	for (int i = 0; i < plan.cells_count; i++)
		CPU_ZERO(&plan.cells[i].load);
	scripted_header(&header, &plan);
	ck_assert_int_eq(journal_open(&journal, NULL, &header), 0);
	struct run run = {.plan = &plan,
		.effort = effort_find("quick"),
		.executor = &scripted.executor,
		.journal = &journal,
		.progress = &silent};
	ck_assert_int_eq(run_execute(&run), 0);
	ck_assert_int_eq(scripted.invocations, 0);
	ck_assert_int_eq(count(STATUS_IMPOSSIBLE), 4);
	ck_assert_str_eq(journal.session.records[0].reason,
		"needs 2 CPUs: the load runs on CPUs of its own");
	clean();
}
END_TEST

START_TEST(deadlines_grow_with_what_sequential_may_have_to_wait)
{
	scripted_init(&scripted);
	carry_out("quick", "mixed", 0, 0);
	/* 64 tasks of 5 ms in turn, eight times over, and a minute */
	ck_assert_uint_ge(scripted.last_deadline_ns, 60000000000 + 8ull * 64 * 5000000);
	ck_assert_uint_lt(scripted.last_deadline_ns, 90000000000);
	clean();
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("run");
	TCase *c = tcase_create("run");

	tcase_set_timeout(c, 30);
	tcase_add_test(c, a_guest_that_is_refused_has_the_reason_in_its_cells_and_others_go_on);
	tcase_add_test(c, every_planned_invocation_is_made_once_and_recorded_in_order);
	tcase_add_test(c, a_calibration_is_made_once_and_given_to_all_siblings);
	tcase_add_test(c, a_budget_shrinks_the_windows_and_is_kept);
	tcase_add_test(c, what_a_budget_has_no_room_for_is_left_out_and_said);
	tcase_add_test(c, a_unit_with_a_contaminated_spin_is_repeated_and_does_not_count);
	tcase_add_test(c, a_machine_that_stays_contaminated_is_given_up_after_two_repeats);
	tcase_add_test(c, a_cell_at_its_limit_is_not_tried_again);
	tcase_add_test(c, a_cell_that_failed_twice_is_given_up);
	tcase_add_test(c, an_invocation_that_was_disturbed_by_its_own_account_is_made_again);
	tcase_add_test(c, being_told_to_stop_keeps_what_was_measured);
	tcase_add_test(c, a_server_without_a_cpu_for_the_load_is_not_possible);
	tcase_add_test(c, deadlines_grow_with_what_sequential_may_have_to_wait);
	suite_add_tcase(s, c);
	return s;
}
