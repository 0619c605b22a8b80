#include "harness/run/effort.h"
#include "harness/workload.h"
#include "tests/suite.h"

START_TEST(every_level_is_found_by_its_name_and_nothing_else_is)
{
	for (const struct effort *effort = efforts; effort->name != NULL; effort++)
		ck_assert_ptr_eq(effort_find(effort->name), effort);
	ck_assert_ptr_null(effort_find("quik"));
	ck_assert_ptr_null(effort_find(""));
}
END_TEST

START_TEST(each_level_measures_at_least_as_much_as_the_one_before)
{
	for (const struct effort *effort = efforts + 1; effort->name != NULL; effort++) {
		const struct effort *less = effort - 1;
		ck_assert_int_ge(effort->blocks * (effort->mirror ? 2 : 1),
			less->blocks * (less->mirror ? 2 : 1));
		ck_assert_int_ge(effort->memory_blocks, less->memory_blocks);
		ck_assert_int_ge(effort->memory_sizes, less->memory_sizes);
		ck_assert_uint_ge(effort->window_max_ns, less->window_max_ns);
		ck_assert_uint_ge(effort->settle_ns, less->settle_ns);
		ck_assert_uint_le(effort->window_min_ns, effort->window_max_ns);
	}
}
END_TEST

START_TEST(all_but_smoke_have_the_six_invocations_of_a_95_percent_interval)
{
	for (const struct effort *effort = efforts + 1; effort->name != NULL; effort++)
		ck_assert_int_ge(effort->blocks * (effort->mirror ? 2 : 1), 6);
}
END_TEST

START_TEST(what_make_bench_measures_exists)
{
	int workloads_count = 0, models_count = 0;

	for (; quick_workloads[workloads_count] != NULL; workloads_count++)
		ck_assert_ptr_nonnull(workload_find(quick_workloads[workloads_count]));
	for (; quick_models[models_count] != NULL; models_count++)
		ck_assert_ptr_nonnull(model_find(quick_models[models_count]));
	ck_assert_int_eq(workloads_count, 8);
	ck_assert_int_eq(models_count, 6);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("effort");
	TCase *c = tcase_create("effort");

	tcase_add_test(c, every_level_is_found_by_its_name_and_nothing_else_is);
	tcase_add_test(c, each_level_measures_at_least_as_much_as_the_one_before);
	tcase_add_test(c, all_but_smoke_have_the_six_invocations_of_a_95_percent_interval);
	tcase_add_test(c, what_make_bench_measures_exists);
	suite_add_tcase(s, c);
	return s;
}
