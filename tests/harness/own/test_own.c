/*
 * Cases of one's own as workloads: wrong tables by name, which models there are, and that a case
 * does what it is told in each.
 */
#include <string.h>

#include "harness/measure/draft.h"
#include "harness/own/own.h"
#include "harness/report/ledger.h"
#include "tests/suite.h"

static char error[200];

static uint64_t count(struct concbench_task *task)
{
	const uint64_t *data = task->data;

	task->bytes = 8 * task->operations;
	return task->operations + task->seed + (uint64_t)task->index * 100 +
	       (data != NULL ? *data : 0);
}

static uint64_t shared;
static int opened, closed;

static void *set_up(uint64_t seed, int tasks)
{
	opened++;
	shared = seed * 1000 + (uint64_t)tasks;
	return &shared;
}

static void *set_up_nothing(uint64_t seed, int tasks)
{
	(void)seed, (void)tasks;
	return NULL;
}

static void tear_down(void *data)
{
	closed += data == &shared;
}

static const struct concbench_case cases[] = {
	{.name = "alone", .operations = 20000, .run = count},
	{.name = "all",
		.summary = "in three models",
		.operation = "one count",
		.tasks = 3,
		.operations = 500,
		.setup = set_up,
		.teardown = tear_down,
		.async = count,
		.threads = count,
		.processes = count},
	{.name = "unable", .setup = set_up_nothing, .run = count},
	{0},
};

static const struct {
	const char *name, *complaint;
	struct concbench_case second;
} wrong[] = {
	{"a b", "1 to 39 letters", {.name = "a b", .run = count}},
	{"-x", "begins with no sign", {.name = "-x", .run = count}},
	{"", "1 to 39 letters", {.name = "", .run = count}},
	{"nothing", "the harness's own", {.name = "nothing", .run = count}},
	{"first", "another one of this name", {.name = "first", .run = count}},
	{"empty", "no function", {.name = "empty"}},
	{"many", "out of range", {.name = "many", .run = count, .tasks = 100001}},
	{"less", "out of range", {.name = "less", .run = count, .tasks = -1}},
	{"long", "out of range", {.name = "long", .run = count, .operations = UINT64_MAX}},
};

START_TEST(a_wrong_case_is_told_by_name)
{
	const struct concbench_case given[] = {
		{.name = "first", .run = count}, wrong[_i].second, {0}};
	char quoted[60];

	snprintf(quoted, sizeof(quoted), "case '%s'", wrong[_i].name);
	ck_assert_ptr_null(own_workloads(given, error, sizeof(error)));
	ck_assert_msg(strstr(error, quoted) != NULL, "%s", error);
	ck_assert_msg(strstr(error, wrong[_i].complaint) != NULL, "%s", error);
}
END_TEST

static void take_cases(void)
{
	workloads = own_workloads(cases, error, sizeof(error));
	ck_assert_msg(workloads != NULL, "%s", error);
}

START_TEST(cases_become_workloads_and_nothing_stands_behind_them)
{
	take_cases();
	ck_assert_str_eq(workloads[0]->name, "alone");
	ck_assert_str_eq(workloads[0]->summary, "one operation");
	ck_assert_str_eq(workloads[1]->summary, "in three models");
	ck_assert_str_eq(workloads[3]->name, "nothing");
	ck_assert_ptr_null(workloads[4]);
}
END_TEST

START_TEST(a_case_has_the_parameters_of_its_row)
{
	take_cases();
	const struct param *params = workloads[0]->params;

	ck_assert_str_eq(params[0].name, "tasks");
	ck_assert_int_eq(params[0].usual, 1);
	ck_assert_str_eq(params[1].name, "operations");
	ck_assert_int_eq(params[1].usual, 20000);
	ck_assert_int_eq(params[1].smoke, 2000);
	ck_assert_ptr_null(params[2].name);
	ck_assert_int_eq(workloads[1]->params[0].usual, 3);
	ck_assert_int_eq(workloads[3]->params[1].usual, 10000);
}
END_TEST

static bool offers(int i, const char *model)
{
	return workloads[i]->offers(workloads[i], model_find(model));
}

START_TEST(a_model_is_offered_where_there_is_a_function)
{
	take_cases();
	ck_assert(offers(0, "sequential"));
	ck_assert(!offers(0, "threads"));
	ck_assert(!offers(1, "sequential"));
	ck_assert(offers(1, "async"));
	ck_assert(offers(1, "threads"));
	ck_assert(offers(1, "processes"));
	ck_assert(!offers(1, "async-stackless"));
	ck_assert(offers(3, "sequential"));
}
END_TEST

static void invoke(int i, const char *model, const char *const *params, struct record *record)
{
	struct plan plan;
	int interrupted = 0;

	take_cases();
	ck_assert_int_eq(draft_plan(&plan, workloads[i], model, KIND_TIME, params), 0);
	plan.draft.rounds = 2;
	plan.settle_ns = 0;
	ck_assert_int_eq(invocation_run(&plan, record, &interrupted), 0);
}

static const char *const plain[] = {NULL};

START_TEST(a_case_does_its_operations_and_reports_them)
{
	struct record record;

	invoke(0, "sequential", plain, &record);
	ck_assert_msg(record.status == STATUS_OK, "%s", record.reason);
	ck_assert_uint_eq(record.work.operations, 2 * 2000);
	ck_assert_uint_eq(record.work.bytes, 8 * 2 * 2000);
	ck_assert_uint_eq(record.work.checksum, 2 * (2000 + 1));
	record_release(&record);
}
END_TEST

START_TEST(parameters_are_those_of_the_command_line)
{
	static const char *const params[] = {"operations=7", NULL};
	struct record record;

	invoke(0, "sequential", params, &record);
	ck_assert_uint_eq(record.work.operations, 2 * 7);
	record_release(&record);
}
END_TEST

/* Each round: three tasks of 50 operations, seed 1, what setup left: 1003, and the index's share.
 */
START_TEST(three_models_do_the_same_with_what_setup_made)
{
	static const char *const names[] = {"async", "threads", "processes"};
	struct record records[3];

	for (int i = 0; i < 3; i++) {
		invoke(1, names[i], plain, &records[i]);
		ck_assert_msg(
			records[i].status == STATUS_OK, "%s: %s", names[i], records[i].reason);
		ck_assert_uint_eq(records[i].work.tasks, 3);
		ck_assert_uint_eq(records[i].work.operations, 2 * 3 * 50);
		ck_assert_uint_eq(records[i].work.checksum, 2 * (3 * (50 + 1 + 1003) + 300));
		ck_assert_ptr_null(ledger_difference(&records[0], &records[i]));
	}
	for (int i = 0; i < 3; i++)
		record_release(&records[i]);
}
END_TEST

/* In this process, where the counts can be seen. */
START_TEST(what_setup_made_is_torn_down_once)
{
	struct orders orders = {.seed = 4, .tasks = 2};

	take_cases();
	orders.workload = workloads[1];
	ck_assert_int_eq(orders.workload->prepare(&orders), 0);
	ck_assert_ptr_eq(orders.shared, &shared);
	ck_assert_uint_eq(shared, 4002);
	orders.workload->finish(&orders);
	orders.workload->finish(&orders);
	ck_assert_int_eq(opened, 1);
	ck_assert_int_eq(closed, 1);
}
END_TEST

START_TEST(a_setup_that_fails_is_the_reason)
{
	struct record record;

	invoke(2, "sequential", plain, &record);
	ck_assert_int_eq(record.status, STATUS_FAILED);
	ck_assert_str_eq(record.reason, "setup of unable returned NULL");
	record_release(&record);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("harness/own/own");
	TCase *tests = tcase_create("own");

	tcase_add_loop_test(
		tests, a_wrong_case_is_told_by_name, 0, sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(tests, cases_become_workloads_and_nothing_stands_behind_them);
	tcase_add_test(tests, a_case_has_the_parameters_of_its_row);
	tcase_add_test(tests, a_model_is_offered_where_there_is_a_function);
	tcase_add_test(tests, a_case_does_its_operations_and_reports_them);
	tcase_add_test(tests, parameters_are_those_of_the_command_line);
	tcase_add_test(tests, three_models_do_the_same_with_what_setup_made);
	tcase_add_test(tests, what_setup_made_is_torn_down_once);
	tcase_add_test(tests, a_setup_that_fails_is_the_reason);
	suite_add_tcase(suite, tests);
	return suite;
}
