#include <string.h>

#include "tests/harness/measure/scripted.h"
#include "tests/suite.h"

START_TEST(a_workload_is_found_by_its_whole_name)
{
	ck_assert_ptr_eq(workload_find("served"), &served_workload);
	ck_assert_ptr_null(workload_find("serve"));
	ck_assert_ptr_null(workload_find(""));
}
END_TEST

START_TEST(every_kind_status_and_common_parameter_has_its_word)
{
	for (int i = 0; i < KINDS; i++)
		ck_assert_ptr_nonnull(kind_names[i]);
	ck_assert_ptr_null(kind_names[KINDS]);
	for (int i = 0; i < STATUSES; i++)
		ck_assert_ptr_nonnull(status_names[i]);
	ck_assert_ptr_null(status_names[STATUSES]);
	for (int i = 0; i < COMMON_PARAMS; i++) {
		ck_assert_ptr_nonnull(common_params[i].name);
		ck_assert_int_ge(common_params[i].usual, common_params[i].min);
		ck_assert_int_le(common_params[i].usual, common_params[i].max);
	}
	ck_assert_ptr_null(common_params[COMMON_PARAMS].name);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("workload");
	TCase *tcase = tcase_create("workload");

	tcase_add_test(tcase, a_workload_is_found_by_its_whole_name);
	tcase_add_test(tcase, every_kind_status_and_common_parameter_has_its_word);
	suite_add_tcase(s, tcase);
	return s;
}
