#include <errno.h>
#include <string.h>

#include "harness/run/plan.h"
#include "tests/suite.h"

static int nothing(struct orders *orders)
{
	(void)orders;
	return 0;
}

static const struct param params[] = {
	{"tasks", "", PARAM_COUNT, 1, 100000, 8, 1000, NULL},
	{"wait", "", PARAM_DURATION, 0, 1000000000, 1000, 5000000, NULL},
	{NULL, NULL, PARAM_COUNT, 0, 0, 0, 0, NULL},
};

static const struct workload idle = {.name = "idle", .params = params, .fitted_to = 1000};
static const struct workload kept = {
	.name = "kept", .params = params, .load = nothing, .fitted_to = 4000};
static const struct workload hash = {.name = "hash", .params = params};
static const struct workload echo = {.name = "echo", .params = params, .load = nothing};
static const struct workload lock = {.name = "lock", .params = params};
static const struct workload *const all[] = {&idle, &hash, &echo, &lock, NULL};

static const struct model some_models[] = {{.name = "sequential"}, {.name = "async"},
	{.name = "threads"}, {.name = "exotic"}, {.name = NULL}};

static struct plan_request request(const char *effort)
{
	struct plan_request made = {
		.workloads = all, .models = some_models, .effort = effort_find(effort), .seed = 42};

	CPU_SET(0, &made.placement.sut);
	CPU_SET(1, &made.placement.load);
	CPU_SET(0, &made.placement.alone);
	CPU_SET(1, &made.placement.alone);
	CPU_SET(0, &made.placement.one);
	return made;
}

static char error[200];

START_TEST(quick_is_its_workloads_and_models_and_no_other)
{
	struct plan_request quick = request("quick");
	struct run_plan plan;

	ck_assert_int_eq(plan_make(&plan, &quick, error, sizeof(error)), 0);
	/* idle, hash, echo, and two sizes of idle's memory; lock and exotic are not in quick */
	ck_assert_int_eq(plan.groups_count, 5);
	for (int i = 0; i < plan.cells_count; i++) {
		ck_assert_str_ne(plan.cells[i].model->name, "exotic");
		ck_assert_str_ne(plan.cells[i].workload->name, "lock");
	}
	ck_assert_int_eq(plan.steps_count, 3 * 3 * 6 + 2 * 3 * 3);
	plan_free(&plan);
}
END_TEST

START_TEST(fewer_cpus_are_swept_where_no_load_needs_them)
{
	struct plan_request quick = request("quick");
	struct run_plan plan;
	int on_one = 0;

	quick.placement.sizes[0] = 1;
	quick.placement.sizes[1] = 2; /* all there are: not twice */
	quick.placement.sizes_count = 2;
	ck_assert_int_eq(plan_make(&plan, &quick, error, sizeof(error)), 0);
	ck_assert_int_eq(plan.groups_count, 5 + 2);
	for (int i = 0; i < plan.groups_count; i++) {
		const struct cell *cell = &plan.cells[plan.groups[i].first];
		on_one += cell->workload != &echo && CPU_COUNT(&cell->sut) == 1;
	}
	ck_assert_int_eq(on_one, 2);
	plan_free(&plan);
}
END_TEST

START_TEST(every_time_cell_gets_six_invocations_in_quick)
{
	struct plan_request quick = request("quick");
	struct run_plan plan;
	int count[64] = {0};

	ck_assert_int_eq(plan_make(&plan, &quick, error, sizeof(error)), 0);
	for (int i = 0; i < plan.steps_count; i++)
		count[plan.steps[i].cell]++;
	for (int i = 0; i < plan.cells_count; i++)
		ck_assert_int_eq(count[i], plan.cells[i].kind == KIND_TIME ? 6 : 3);
	plan_free(&plan);
}
END_TEST

START_TEST(a_unit_is_a_permutation_and_its_mirror)
{
	struct plan_request quick = request("quick");
	struct run_plan plan;

	ck_assert_int_eq(plan_make(&plan, &quick, error, sizeof(error)), 0);
	for (int from = 0, to; from < plan.steps_count; from = to) {
		to = plan_unit_end(&plan, from);
		const struct group *group = &plan.groups[plan.steps[from].group];
		ck_assert_int_eq(to - from, group->count * (group->mirror ? 2 : 1));
		for (int i = from; i < to; i++)
			ck_assert_int_eq(plan.steps[i].slot, i - from);
		unsigned seen = 0;
		for (int i = 0; i < group->count; i++)
			seen |= 1u << (plan.steps[from + i].cell - group->first);
		ck_assert_uint_eq(seen, (1u << group->count) - 1);
		for (int i = from; i < to && group->mirror; i++)
			ck_assert_int_eq(plan.steps[i].cell, plan.steps[from + to - 1 - i].cell);
	}
	plan_free(&plan);
}
END_TEST

START_TEST(blocks_come_one_after_the_other)
{
	struct plan_request quick = request("quick");
	struct run_plan plan;

	ck_assert_int_eq(plan_make(&plan, &quick, error, sizeof(error)), 0);
	for (int i = 1; i < plan.steps_count; i++)
		ck_assert_int_ge(plan.steps[i].block, plan.steps[i - 1].block);
	plan_free(&plan);
}
END_TEST

START_TEST(the_seed_alone_decides_the_order)
{
	struct plan_request quick = request("quick");
	struct run_plan a, b, c;

	ck_assert_int_eq(plan_make(&a, &quick, error, sizeof(error)), 0);
	ck_assert_int_eq(plan_make(&b, &quick, error, sizeof(error)), 0);
	quick.seed = 43;
	ck_assert_int_eq(plan_make(&c, &quick, error, sizeof(error)), 0);
	size_t bytes = (size_t)a.steps_count * sizeof(*a.steps);
	ck_assert_int_eq(memcmp(a.steps, b.steps, bytes), 0);
	ck_assert_int_ne(memcmp(a.steps, c.steps, bytes), 0);
	plan_free(&a);
	plan_free(&b);
	plan_free(&c);
}
END_TEST

START_TEST(cells_with_a_load_serve_on_their_own_cpus)
{
	struct plan_request quick = request("quick");
	struct run_plan plan;

	ck_assert_int_eq(plan_make(&plan, &quick, error, sizeof(error)), 0);
	for (int i = 0; i < plan.cells_count; i++) {
		const struct cell *cell = &plan.cells[i];
		bool loaded = cell->workload == &echo;
		ck_assert_int_eq(CPU_COUNT(&cell->sut), loaded ? 1 : 2);
		ck_assert_int_eq(CPU_COUNT(&cell->load), loaded ? 1 : 0);
	}
	plan_free(&plan);
}
END_TEST

START_TEST(idle_memory_has_two_sizes_a_factor_of_four_apart)
{
	struct plan_request quick = request("quick");
	struct run_plan plan;
	int64_t sizes[2] = {0};
	int found = 0;

	ck_assert_int_eq(plan_make(&plan, &quick, error, sizeof(error)), 0);
	for (int i = 0; i < plan.groups_count; i++) {
		const struct cell *cell = &plan.cells[plan.groups[i].first];
		if (cell->kind == KIND_MEMORY)
			sizes[found++] = cell_tasks(cell);
	}
	ck_assert_int_eq(found, 2);
	ck_assert_int_eq(sizes[0], 250);
	ck_assert_int_eq(sizes[1], 1000);
	plan_free(&plan);
}
END_TEST

/* The sizes of all memory cells of a plan for one workload. */
static int memory_sizes(const struct plan_request *request, int64_t *sizes, int most)
{
	struct run_plan plan;
	int found = 0;

	ck_assert_int_eq(plan_make(&plan, request, error, sizeof(error)), 0);
	for (int i = 0; i < plan.groups_count; i++) {
		const struct cell *cell = &plan.cells[plan.groups[i].first];
		if (cell->kind == KIND_MEMORY && found < most)
			sizes[found++] = cell_tasks(cell);
	}
	plan_free(&plan);
	return found;
}

START_TEST(memory_that_is_fitted_further_has_the_usual_size_too)
{
	static const struct workload *const only[] = {&kept, NULL};
	struct plan_request standard = request("standard");
	struct sweep given = {"tasks", "50"};
	int64_t sizes[4] = {0};

	standard.workloads = only;
	ck_assert_int_eq(memory_sizes(&standard, sizes, 4), 3);
	ck_assert_int_eq(sizes[0], 1000);
	ck_assert_int_eq(sizes[1], 2000);
	ck_assert_int_eq(sizes[2], 4000);
	/* one that is asked for is measured and no other */
	standard.sweeps = &given;
	standard.sweeps_count = 1;
	ck_assert_int_eq(memory_sizes(&standard, sizes, 4), 1);
	ck_assert_int_eq(sizes[0], 50);
}
END_TEST

START_TEST(lists_make_every_combination)
{
	struct plan_request quick = request("smoke");
	char *hash_only[] = {"hash/threads"};
	struct sweep sweeps[] = {{"tasks", "1,2"}, {"wait", "1ms..3ms:3"}};
	struct run_plan plan;

	quick.selectors = hash_only;
	quick.selectors_count = 1;
	quick.sweeps = sweeps;
	quick.sweeps_count = 2;
	ck_assert_int_eq(plan_make(&plan, &quick, error, sizeof(error)), 0);
	ck_assert_int_eq(plan.groups_count, 6);
	ck_assert_int_eq(plan.cells_count, 6);
	ck_assert_int_eq(plan.cells[0].values[0], 1);
	ck_assert_int_eq(plan.cells[0].values[1], 1000000);
	ck_assert_int_eq(plan.cells[1].values[1], 2000000);
	ck_assert_int_eq(plan.cells[5].values[0], 2);
	plan_free(&plan);
}
END_TEST

START_TEST(standard_measures_everything_also_on_one_cpu)
{
	struct plan_request standard = request("standard");
	struct run_plan plan;
	int one_cpu = 0, memory = 0;

	ck_assert_int_eq(plan_make(&plan, &standard, error, sizeof(error)), 0);
	for (int i = 0; i < plan.groups_count; i++) {
		const struct cell *cell = &plan.cells[plan.groups[i].first];
		ck_assert_int_eq(plan.groups[i].count, 4);
		one_cpu += cell->workload != &echo && CPU_COUNT(&cell->sut) == 1;
		memory += cell->kind == KIND_MEMORY;
	}
	ck_assert_int_eq(one_cpu, 3);
	ck_assert_int_eq(memory, 3 + 3);
	plan_free(&plan);
}
END_TEST

static uint64_t a_second(const int64_t *values)
{
	(void)values;
	return 1000000000;
}

START_TEST(a_course_has_no_memory_of_its_own)
{
	const struct workload course = {
		.name = "course", .params = params, .load = nothing, .course_ns = a_second};
	const struct workload *const with[] = {&course, &echo, NULL};
	struct plan_request standard = request("standard");
	struct run_plan plan;

	standard.workloads = with;
	ck_assert_int_eq(plan_make(&plan, &standard, error, sizeof(error)), 0);
	ck_assert_int_eq(plan.groups_count, 3);
	for (int i = 0; i < plan.cells_count; i++)
		ck_assert(plan.cells[i].kind == KIND_TIME || plan.cells[i].workload == &echo);
	plan_free(&plan);
}
END_TEST

static void expect_refused(
	const char *selector, const char *name, const char *values, const char *message)
{
	struct plan_request quick = request("quick");
	char *selectors[] = {(char *)selector};
	struct sweep sweep = {0};
	struct run_plan plan;

	quick.selectors = selectors;
	quick.selectors_count = selector != NULL;
	if (name != NULL) {
		strcpy(sweep.name, name);
		strcpy(sweep.values, values);
		quick.sweeps = &sweep;
		quick.sweeps_count = 1;
	}
	ck_assert_int_eq(plan_make(&plan, &quick, error, sizeof(error)), -EINVAL);
	ck_assert_str_eq(error, message);
	plan_free(&plan);
}

START_TEST(unknown_names_are_told_with_the_nearest)
{
	expect_refused("hsah", NULL, NULL, "there is no workload 'hsah'; did you mean hash?");
	expect_refused(
		"hash/thread", NULL, NULL, "there is no model 'thread'; did you mean threads?");
	expect_refused("zzzzzzzzz", NULL, NULL, "there is no workload 'zzzzzzzzz'");
	expect_refused("hash", "taks", "1", "there is no parameter 'taks'; did you mean tasks?");
	expect_refused("hash", "tasks", "0", "tasks: 0 is out of range 1 .. 100k");
}
END_TEST

START_TEST(a_parameter_given_twice_is_refused)
{
	struct plan_request quick = request("quick");
	struct sweep sweeps[] = {{"tasks", "1"}};
	struct run_plan plan;

	quick.sweeps = sweeps;
	quick.sweeps_count = 1;
	quick.concurrency = "5";
	ck_assert_int_eq(plan_make(&plan, &quick, error, sizeof(error)), -EINVAL);
	ck_assert_str_eq(error, "tasks is given twice");
	plan_free(&plan);
}
END_TEST

START_TEST(a_guest_takes_part_in_every_workload_of_the_run)
{
	static const char *const programs[] = {NULL, NULL, NULL, "./guest", NULL};
	char *const selectors[] = {"hash/async", "echo"};
	struct plan_request quick = request("quick");
	struct run_plan plan;
	int guests = 0;

	quick.programs = programs;
	quick.selectors = selectors;
	quick.selectors_count = 2;
	ck_assert_int_eq(plan_make(&plan, &quick, error, sizeof(error)), 0);
	ck_assert_int_eq(plan.groups_count, 2);
	ck_assert_int_eq(plan.cells_count, 2 + 4);
	for (int i = 0; i < plan.cells_count; i++) {
		bool exotic = strcmp(plan.cells[i].model->name, "exotic") == 0;
		ck_assert_int_eq(plan.cells[i].guest != NULL, exotic);
		guests += exotic;
	}
	ck_assert_int_eq(guests, 2);
	plan_free(&plan);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("plan");
	TCase *c = tcase_create("plan");

	tcase_add_test(c, quick_is_its_workloads_and_models_and_no_other);
	tcase_add_test(c, fewer_cpus_are_swept_where_no_load_needs_them);
	tcase_add_test(c, every_time_cell_gets_six_invocations_in_quick);
	tcase_add_test(c, a_unit_is_a_permutation_and_its_mirror);
	tcase_add_test(c, blocks_come_one_after_the_other);
	tcase_add_test(c, the_seed_alone_decides_the_order);
	tcase_add_test(c, cells_with_a_load_serve_on_their_own_cpus);
	tcase_add_test(c, idle_memory_has_two_sizes_a_factor_of_four_apart);
	tcase_add_test(c, memory_that_is_fitted_further_has_the_usual_size_too);
	tcase_add_test(c, lists_make_every_combination);
	tcase_add_test(c, standard_measures_everything_also_on_one_cpu);
	tcase_add_test(c, a_course_has_no_memory_of_its_own);
	tcase_add_test(c, a_guest_takes_part_in_every_workload_of_the_run);
	tcase_add_test(c, unknown_names_are_told_with_the_nearest);
	tcase_add_test(c, a_parameter_given_twice_is_refused);
	suite_add_tcase(s, c);
	return s;
}
