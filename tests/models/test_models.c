/*
 * The table of models.
 */
#include <check.h>
#include <string.h>

#include "models/model.h"
#include "tests/suite.h"

START_TEST(every_model_is_complete_and_found_by_its_name)
{
	for (const struct model *model = models; model->name != NULL; model++) {
		ck_assert_ptr_eq(model_find(model->name), model);
		ck_assert_ptr_nonnull(model->summary);
		ck_assert(model->ops->open != NULL);
		ck_assert(model->ops->spawn != NULL);
		ck_assert(model->ops->drain != NULL);
		ck_assert(model->ops->close != NULL);
		ck_assert(model->ops->word_wait != NULL);
		ck_assert(model->ops->word_wake != NULL);
		ck_assert_int_lt(model->family, FAMILIES);
	}
}
END_TEST

START_TEST(the_models_of_the_main_comparison_come_in_the_order_of_its_tables)
{
	static const char *const names[] = {
		"sequential", "async", "threads", "thread-pool", "processes", "process-pool"};
	const struct model *last = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct model *model = model_find(names[i]);
		ck_assert_ptr_nonnull(model);
		ck_assert(last == NULL || model > last);
		last = model;
	}
}
END_TEST

START_TEST(an_unknown_name_finds_no_model)
{
	ck_assert_ptr_null(model_find("thread"));
	ck_assert_ptr_null(model_find(""));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("models");
	TCase *tc = tcase_create("table");

	tcase_add_test(tc, every_model_is_complete_and_found_by_its_name);
	tcase_add_test(tc, the_models_of_the_main_comparison_come_in_the_order_of_its_tables);
	tcase_add_test(tc, an_unknown_name_finds_no_model);
	suite_add_tcase(s, tc);
	return s;
}
