#include "tests/harness/run/scripted.h"
#include "tests/suite.h"

static struct run_plan plan;

static struct run_estimate estimate(const char *effort, const char *selector, uint64_t budget_ns)
{
	scripted_plan(&plan, effort, selector);
	return run_estimate(&plan, effort_find(effort), budget_ns);
}

START_TEST(it_is_at_least_the_windows)
{
	struct run_estimate of = estimate("quick", "echo", 0);
	int times = 0;

	for (int i = 0; i < plan.steps_count; i++)
		times += plan.cells[plan.steps[i].cell].kind == KIND_TIME;
	ck_assert_int_gt(times, 0);
	ck_assert_int_eq(of.invocations, plan.steps_count);
	ck_assert_uint_ge(of.duration_ns, (uint64_t)times * effort_find("quick")->window_max_ns);
	plan_free(&plan);
}
END_TEST

static uint64_t an_hour(const int64_t *values)
{
	(void)values;
	return 3600000000000u;
}

START_TEST(a_window_whose_length_is_the_workloads_own_counts_as_long)
{
	struct run_estimate of = estimate("quick", "echo", 0);
	struct workload own = *plan.cells[0].workload;

	own.course_ns = an_hour;
	plan.cells[plan.steps[0].cell].workload = &own;
	ck_assert_uint_gt(run_estimate(&plan, effort_find("quick"), 0).duration_ns,
		of.duration_ns + 3590000000000u);
	plan_free(&plan);
}
END_TEST

START_TEST(a_budget_bounds_it)
{
	ck_assert_uint_eq(estimate("full", "echo", 1000000000).duration_ns, 1000000000);
	plan_free(&plan);
	uint64_t whole_ns = estimate("full", "echo", 0).duration_ns;
	plan_free(&plan);
	ck_assert_uint_eq(estimate("full", "echo", whole_ns + 1).duration_ns, whole_ns);
	plan_free(&plan);
}
END_TEST

START_TEST(more_invocations_take_longer)
{
	uint64_t quick_ns = estimate("quick", "echo", 0).duration_ns;

	plan_free(&plan);
	ck_assert_uint_gt(estimate("full", "echo", 0).duration_ns, 10 * quick_ns);
	plan_free(&plan);
}
END_TEST

START_TEST(memory_is_that_of_the_largest_cell)
{
	struct run_estimate of = estimate("quick", "idle", 0);

	ck_assert_ptr_nonnull(of.largest);
	for (int i = 0; i < plan.cells_count; i++)
		plan.cells[i].model = model_find("threads");
	of = run_estimate(&plan, effort_find("quick"), 0);
	for (int i = 0; i < plan.cells_count; i++)
		ck_assert_int_ge(cell_tasks(of.largest), cell_tasks(&plan.cells[i]));
	uint64_t threads_bytes = of.memory_bytes;
	ck_assert_uint_gt(threads_bytes, (uint64_t)cell_tasks(of.largest) * 8192);
	plan.cells[0].model = model_find("processes");
	plan.cells[0].values[0] = 100 * cell_tasks(of.largest);
	of = run_estimate(&plan, effort_find("quick"), 0);
	ck_assert_ptr_eq(of.largest, &plan.cells[0]);
	ck_assert_uint_gt(of.memory_bytes, 100 * threads_bytes);
	plan_free(&plan);
}
END_TEST

START_TEST(what_may_be_added_is_told_apart_and_fits_the_budget)
{
	struct run_estimate of = estimate("quick", "idle", 0);

	/* four models in two sizes */
	ck_assert_int_eq(of.more, 8 * effort_find("quick")->memory_more);
	ck_assert_uint_gt(of.more_ns, 0);
	plan_free(&plan);
	uint64_t budget_ns = of.duration_ns + of.more_ns / 2;
	struct run_estimate bounded = estimate("quick", "idle", budget_ns);
	ck_assert_uint_eq(bounded.duration_ns + bounded.more_ns, budget_ns);
	plan_free(&plan);
	ck_assert_uint_eq(estimate("quick", "idle", 1000000000).more_ns, 0);
	plan_free(&plan);
	ck_assert_int_eq(estimate("quick", "echo", 0).more, 0);
	plan_free(&plan);
	ck_assert_int_eq(estimate("smoke", "idle", 0).more, 0);
	plan_free(&plan);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("estimate");
	TCase *c = tcase_create("estimate");

	tcase_add_test(c, it_is_at_least_the_windows);
	tcase_add_test(c, a_window_whose_length_is_the_workloads_own_counts_as_long);
	tcase_add_test(c, a_budget_bounds_it);
	tcase_add_test(c, more_invocations_take_longer);
	tcase_add_test(c, memory_is_that_of_the_largest_cell);
	tcase_add_test(c, what_may_be_added_is_told_apart_and_fits_the_budget);
	suite_add_tcase(s, c);
	return s;
}
