/*
 * Demonstrations as such: the tables, the verdict on a number, a run's result.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/demo/demo.h"
#include "harness/params.h"
#include "tests/suite.h"

START_TEST(every_demonstration_is_complete_and_has_a_name_of_its_own)
{
	int count = 0;

	for (const struct demo *const *table = demo_tables; *table != NULL; table++)
		for (const struct demo *demo = *table; demo->name != NULL; demo++, count++) {
			ck_assert_ptr_eq(demo_find(demo->name), demo);
			ck_assert_int_lt(demo->group, DEMO_GROUPS);
			ck_assert_str_ne(demo->sentence, "");
			ck_assert_ptr_nonnull(demo->explanation);
			ck_assert(demo->run != NULL && demo->seconds > 0);
			for (int i = 0; i < DEMO_GROUPS; i++)
				ck_assert_str_ne(demo->name, demo_group_names[i]);
		}
	ck_assert_int_gt(count, 0);
	ck_assert_ptr_null(demo_find("nothing"));
}
END_TEST

START_TEST(a_number_outside_its_predicted_range_does_not_hold)
{
	static const double values[] = {0.99, 1, 2, 3, 3.01, NAN, INFINITY};
	static const bool holds[] = {false, true, true, true, false, false, false};

	for (int i = 0; i < 7; i++) {
		struct demo_result result = {0};

		demo_expect(&result, "ratio", values[i], 1, 3, "so it is");
		ck_assert_int_eq(result.verdict, holds[i] ? DEMO_HOLDS : DEMO_FAILS);
		ck_assert_str_eq(result.expected, "ratio 1 .. 3: so it is");
	}
}
END_TEST

START_TEST(no_more_figures_are_kept_than_there_is_room_for)
{
	struct demo_result result = {0};

	for (int i = 0; i < DEMO_FIGURES_MAX + 1; i++)
		demo_add(&result, DEMO_PLAIN, i, UNIT_PLAIN, "figure %d", i);
	ck_assert_int_eq(result.figures_count, DEMO_FIGURES_MAX);
	ck_assert_str_eq(result.figures[3].what, "figure 3");
}
END_TEST

static int fails(struct demo_result *result, const struct demo_setting *setting)
{
	(void)setting;
	result->story = strdup("begun");
	return -EIO;
}

START_TEST(what_failed_has_no_verdict_and_leaves_nothing)
{
	const struct demo broken = {"broken", DEMO_EXAMPLE, 1, "it breaks", "", fails};
	struct demo_result result;

	ck_assert_int_eq(demo_run(&broken, &demo_usual, &result), -EIO);
	ck_assert_int_eq(result.verdict, DEMO_UNDECIDED);
	demo_release(&result);
	ck_assert_ptr_null(result.story);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("demo");
	TCase *tcase = tcase_create("demo");

	tcase_add_test(tcase, every_demonstration_is_complete_and_has_a_name_of_its_own);
	tcase_add_test(tcase, a_number_outside_its_predicted_range_does_not_hold);
	tcase_add_test(tcase, no_more_figures_are_kept_than_there_is_room_for);
	tcase_add_test(tcase, what_failed_has_no_verdict_and_leaves_nothing);
	suite_add_tcase(s, tcase);
	return s;
}
