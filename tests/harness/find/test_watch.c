/*
 * The time of a search: which step still fits, and what a search may take of the time for several.
 */
#include <check.h>

#include "harness/find/watch.h"
#include "tests/suite.h"

static const uint64_t second = 1000000000;

START_TEST(a_search_may_have_what_those_after_it_do_not_need)
{
	/* time enough for all: what is over is the first one's */
	ck_assert_uint_eq(watch_share_ns(100 * second, 10, 40), 60 * second + 1);
	/* too little: its part */
	ck_assert_uint_eq(watch_share_ns(25 * second, 10, 40), 5 * second + 1);
	ck_assert_uint_eq(watch_share_ns(0, 10, 40), 1);
	ck_assert_uint_eq(watch_share_ns(30 * second, 10, 0), 30 * second + 1);
	ck_assert_uint_eq(watch_share_ns(30 * second, 0, 0), 30 * second + 1);
}
END_TEST

START_TEST(without_a_bound_every_step_fits)
{
	struct watch watch = {0};

	watch_note(&watch, 64, 100 * second);
	ck_assert_int_eq(watch_fit(&watch, 1000 * second, 1024), 1024);
	ck_assert(watch_has_time(&watch, 1000 * second, 1 << 30));
}
END_TEST

START_TEST(a_step_is_made_smaller_or_left_out_when_time_is_short)
{
	struct watch watch = {.until_ns = 100 * second};

	watch_note(&watch, 64, second);
	watch_note(&watch, 1000, 11 * second); /* 10 ms a task, 15 to be sure */
	ck_assert_int_eq(watch_fit(&watch, 12 * second, 5000), 5000);
	int64_t fit = watch_fit(&watch, 12 * second, 16000);
	ck_assert_int_ge(fit, 5500);
	ck_assert_int_le(fit, 5900);
	/* 1 500 more would be too few to be worth a step; and there is none without time */
	ck_assert_int_eq(watch_fit(&watch, 80 * second, 16000), 0);
	ck_assert_int_eq(watch_fit(&watch, 99 * second + 1, 16000), 0);
	ck_assert_int_eq(watch_fit(&watch, 200 * second, 16000), 0);
}
END_TEST

START_TEST(a_smaller_step_takes_no_longer_and_a_larger_one_its_part)
{
	struct watch watch = {.until_ns = 100 * second};

	watch_note(&watch, 1000, 10 * second);
	ck_assert(watch_has_time(&watch, 89 * second, 500));
	ck_assert(!watch_has_time(&watch, 91 * second, 500));
	ck_assert(watch_has_time(&watch, 79 * second, 2000));
	ck_assert(!watch_has_time(&watch, 81 * second, 2000));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("find/watch");
	TCase *tcase = tcase_create("watch");

	tcase_add_test(tcase, a_search_may_have_what_those_after_it_do_not_need);
	tcase_add_test(tcase, without_a_bound_every_step_fits);
	tcase_add_test(tcase, a_step_is_made_smaller_or_left_out_when_time_is_short);
	tcase_add_test(tcase, a_smaller_step_takes_no_longer_and_a_larger_one_its_part);
	suite_add_tcase(s, tcase);
	return s;
}
