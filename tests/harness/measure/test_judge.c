/*
 * What the numbers of a finished invocation say against it.
 */
#include "tests/harness/measure/scripted.h"
#include "tests/suite.h"

static struct orders *orders;
static struct record record;

/* A server's invocation of two tasks on one CPU that ended well: a window of 1 s, 100 replies. */
static void make(void)
{
	struct plan plan = scripted_plan(&served_workload, model_find("threads"));

	plan.draft.tasks = 2;
	CPU_ZERO(&plan.draft.sut_cpus);
	CPU_SET(0, &plan.draft.sut_cpus);
	ck_assert_int_eq(invocation_map(&orders, &plan.draft), 0);
	for (int i = 0; i < 2; i++) {
		orders->slots[i].start_ns = 1;
		slot_count(&orders->slots[i], 50, 500, 1);
	}
	*orders->load =
		(struct load_report){.replies = 100, .busy_ns = 500000000, .wall_ns = 1000000000};
	record = (struct record){.work = {.tasks = 2, .operations = 100},
		.window = {.ns = 1000000000, .cpu_ns = 500000000}};
}

static void release(void)
{
	arena_unmap(orders->arena);
}

static void assert_status(enum status status, const char *reason)
{
	judge_numbers(&record, orders);
	ck_assert_str_eq(record.reason, reason);
	ck_assert_int_eq((int)record.status, (int)status);
}

START_TEST(nothing_to_say_is_ok)
{
	assert_status(STATUS_OK, "");
	ck_assert_str_eq(record.warning, "");
}
END_TEST

START_TEST(a_saturated_generator_of_an_open_loop_is_invalid)
{
	lane_record(&orders->load_lanes[LOAD_CORRECTED], 1000);
	orders->load->busy_ns = 710000000;
	assert_status(STATUS_INVALID, "generator saturated: busy 71 % of the window");
}
END_TEST

START_TEST(what_the_lag_of_the_load_hides_is_named)
{
	for (int i = 0; i < 1000; i++) {
		lane_record(&orders->load_lanes[LOAD_CORRECTED], 1000000);
		lane_record(&orders->load_lanes[LOAD_LAG], i < 985 ? 1000 : 400000);
	}
	assert_status(STATUS_OK, "");
	ck_assert_ptr_nonnull(strstr(record.warning, "p99, max n/a: the load itself left late by"));
}
END_TEST

START_TEST(a_closed_loop_whose_generator_is_full_and_server_is_not_is_a_lower_bound)
{
	orders->load->busy_ns = 950000000;
	assert_status(STATUS_OK, "");
	ck_assert_str_eq(record.warning,
		"rate is a lower bound, latencies an upper one: the generator "
		"was busy 95 % of the window, the SUT 50 %");
}
END_TEST

START_TEST(a_closed_loop_whose_server_is_full_too_is_the_servers_rate)
{
	orders->load->busy_ns = 950000000;
	record.window.cpu_ns = 950000000;
	assert_status(STATUS_OK, "");
	ck_assert_str_eq(record.warning, "");
}
END_TEST

START_TEST(a_worker_that_died_and_was_replaced_is_told)
{
	orders->invocation->workers_died = 2;
	orders->invocation->workers_signal = 9;
	assert_status(STATUS_OK, "");
	ck_assert_str_eq(
		record.warning, "2 of the pool's workers died (signal 9) and had to be replaced");
}
END_TEST

START_TEST(work_that_was_counted_differently_is_invalid)
{
	orders->load->replies = 99;
	assert_status(STATUS_INVALID, "served 100, the generator counted 99 replies");
}
END_TEST

START_TEST(bytes_the_sockets_did_not_carry_are_invalid)
{
	orders->load->sent = orders->load->received = orders->load->socket_sent = 1000;
	orders->load->socket_received = 1001;
	assert_status(
		STATUS_INVALID, "the sockets carried 1000 + 1001 bytes, counted were 1000 + 1000");
}
END_TEST

START_TEST(a_backlog_that_overflowed_is_invalid)
{
	record.environment.listen_overflows = 3;
	assert_status(STATUS_INVALID, "the listen backlog overflowed 3 times");
}
END_TEST

START_TEST(throttled_time_is_invalid)
{
	record.environment.throttled_ns = 12500000;
	assert_status(STATUS_INVALID, "a CPU quota stopped the SUT for 12.5 ms");
}
END_TEST

START_TEST(a_task_that_did_not_run_is_a_failure)
{
	orders->slots[1].start_ns = 0;
	assert_status(STATUS_FAILED, "1 of 2 tasks ran in the window");
}
END_TEST

START_TEST(the_first_reason_stands)
{
	orders->load->wrong = 2;
	record.environment.throttled_ns = 12500000;
	assert_status(STATUS_INVALID, "2 wrong replies");
}
END_TEST

START_TEST(what_does_not_spoil_it_is_a_warning)
{
	struct environment begin = {.dirty_bytes = 20 << 20};

	record.window.minor_faults = 5;
	record.window.skew_ns = 100000000;
	judge_begin(&record, &begin);
	assert_status(STATUS_OK, "");
	ck_assert_str_eq(record.warning,
		"20 MiB of dirty pages at the start; 2.5 page faults per task in the window; "
		"rates n/a: the window is 10.0 times the skew of the start");
}
END_TEST

START_TEST(who_touches_new_memory_as_its_work_may_fault)
{
	struct workload touching = *orders->workload;

	orders->workload = &touching;
	record.window.minor_faults = 5;
	touching.flags |= WORKLOAD_FAULTS;
	assert_status(STATUS_OK, "");
	ck_assert_str_eq(record.warning, "");
	touching.flags &= ~(unsigned)WORKLOAD_FAULTS;
	assert_status(STATUS_OK, "");
	ck_assert_str_eq(record.warning, "2.5 page faults per task in the window");
}
END_TEST

START_TEST(a_skew_is_no_loss_where_the_cpus_were_full)
{
	record.window.skew_ns = 100000000;
	record.window.cpu_ns = 900000000;
	assert_status(STATUS_OK, "");
	ck_assert_str_eq(record.warning, "");
	record.window.cpu_ns = 890000000;
	assert_status(STATUS_OK, "");
	ck_assert_str_eq(
		record.warning, "rates n/a: the window is 10.0 times the skew of the start");
}
END_TEST

START_TEST(a_task_that_is_spawned_for_each_round_may_fault_once_each_time)
{
	orders->invocation->mode = ROUNDS_EACH;
	orders->invocation->go_ns = 1;
	record.work.rounds = 3;
	record.window.minor_faults = 6;
	assert_status(STATUS_OK, "");
	ck_assert_str_eq(record.warning, "");
	record.window.minor_faults = 9;
	assert_status(STATUS_OK, "");
	ck_assert_str_eq(record.warning, "1.5 page faults per task in the window");
}
END_TEST

/* An account of 500 ms, and what the control group says between the marks. */
static void assert_account(int64_t gate_ms, int64_t open_ms, int64_t close_ms, const char *warning)
{
	struct supervisor supervisor = {.orders = orders, .invocation = orders->invocation};

	supervisor.readings[REQUEST_GATE].group_cpu_ns = gate_ms * 1000000;
	supervisor.readings[REQUEST_OPEN].group_cpu_ns = open_ms * 1000000;
	supervisor.readings[REQUEST_CLOSE].group_cpu_ns = close_ms * 1000000;
	record.warning[0] = '\0';
	judge_account(&record, &supervisor);
	ck_assert_str_eq(record.warning, warning);
}

START_TEST(an_account_that_the_control_group_contradicts_is_a_warning)
{
	orders->invocation->mode = ROUNDS_KEPT;
	assert_account(10, 14, 518, "");
	assert_account(
		10, 14, 524, "CPU time: the control group counted 506.0 ms, the account has 500.0");
	assert_account(
		10, 14, 500, "CPU time: the control group counted 482.0 ms, the account has 500.0");
	assert_account(-1, -1, -1, "");
	assert_account(0, 0, 0, "");
	/* servers run while they are read: a tick on their CPU is not known yet */
	orders->invocation->mode = ROUNDS_ONCE;
	assert_account(0, 14, 524, "");
	assert_account(
		0, 14, 530, "CPU time: the control group counted 516.0 ms, the account has 500.0");
	orders->model = model_find("threads");
	orders->workload = &mainly_workload;
	assert_account(-1, -1, -1,
		"CPU time without what ending threads took at the last: no control group to count "
		"it");
	orders->model = model_find("processes");
	assert_account(-1, -1, -1, "");
	record.window.cpu_ns = 50000000; /* too short to be judged */
	assert_account(0, 14, 80, "");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("judge");
	TCase *tcase = tcase_create("judge");

	tcase_add_checked_fixture(tcase, make, release);
	tcase_add_test(tcase, nothing_to_say_is_ok);
	tcase_add_test(tcase, a_saturated_generator_of_an_open_loop_is_invalid);
	tcase_add_test(tcase, what_the_lag_of_the_load_hides_is_named);
	tcase_add_test(
		tcase, a_closed_loop_whose_generator_is_full_and_server_is_not_is_a_lower_bound);
	tcase_add_test(tcase, a_closed_loop_whose_server_is_full_too_is_the_servers_rate);
	tcase_add_test(tcase, a_worker_that_died_and_was_replaced_is_told);
	tcase_add_test(tcase, work_that_was_counted_differently_is_invalid);
	tcase_add_test(tcase, bytes_the_sockets_did_not_carry_are_invalid);
	tcase_add_test(tcase, a_backlog_that_overflowed_is_invalid);
	tcase_add_test(tcase, throttled_time_is_invalid);
	tcase_add_test(tcase, a_task_that_did_not_run_is_a_failure);
	tcase_add_test(tcase, the_first_reason_stands);
	tcase_add_test(tcase, what_does_not_spoil_it_is_a_warning);
	tcase_add_test(tcase, who_touches_new_memory_as_its_work_may_fault);
	tcase_add_test(tcase, a_skew_is_no_loss_where_the_cpus_were_full);
	tcase_add_test(tcase, a_task_that_is_spawned_for_each_round_may_fault_once_each_time);
	tcase_add_test(tcase, an_account_that_the_control_group_contradicts_is_a_warning);
	suite_add_tcase(s, tcase);
	return s;
}
