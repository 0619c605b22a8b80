/*
 * Counts: which of them are exact, and what decides.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/compare/counted.h"
#include "tests/suite.h"

static struct counted counted;

static void judge(double base, double again, double head)
{
	counted = (struct counted){
		.kind = COUNTED_INSTRUCTIONS, .base = {base, again}, .head = {head, head}};
	counted_judge(&counted);
}

START_TEST(an_exact_count_decides_by_half_a_percent)
{
	judge(1000, 1000, 1000);
	ck_assert(counted.exact);
	ck_assert_int_eq(counted.verdict, VERDICT_EQUIVALENT);
	judge(1000, 1000.5, 1010);
	ck_assert_int_eq(counted.verdict, VERDICT_REGRESSED);
	ck_assert(counted_regressed(&counted, 1));
	judge(1000, 1000, 990);
	ck_assert_int_eq(counted.verdict, VERDICT_IMPROVED);
	ck_assert(!counted_none(&counted, 1));
}
END_TEST

START_TEST(a_noisy_count_decides_nothing)
{
	judge(1000, 1010, 2000);
	ck_assert(!counted.exact);
	ck_assert_int_eq(counted.verdict, VERDICT_INCONCLUSIVE);
	ck_assert(!counted_regressed(&counted, 1));
	ck_assert(counted_none(&counted, 1));
}
END_TEST

START_TEST(what_never_happens_is_exact_and_its_first_time_a_regression)
{
	judge(0, 0, 0);
	ck_assert(counted.exact);
	ck_assert_int_eq(counted.verdict, VERDICT_EQUIVALENT);
	ck_assert_double_eq(counted.change, 0);
}
END_TEST

START_TEST(switches_and_what_is_missing_are_shown_and_do_not_decide)
{
	char *text = NULL;
	size_t bytes = 0;
	struct counted both[2];

	judge(1000, 1000, 1100);
	both[0] = both[1] = counted;
	both[0].kind = COUNTED_SWITCHES;
	both[1].missing = true;
	strcpy(both[0].name, "a/b");
	strcpy(both[1].name, "a/b");
	strcpy(both[1].reason, "valgrind is not installed");
	ck_assert(!counted_regressed(both, 2));
	ck_assert(counted_none(both, 2));
	FILE *out = open_memstream(&text, &bytes);
	struct writer writer = {.out = out, .width = 120, .utf8 = true};
	ck_assert_int_eq(counted_write(&writer, both, 2), 0);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(text, "+10.00 %"));
	ck_assert_ptr_nonnull(strstr(text, "a/b instructions: not counted: valgrind is not"));
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("compare/counted");
	TCase *paper = tcase_create("paper");

	tcase_add_test(paper, an_exact_count_decides_by_half_a_percent);
	tcase_add_test(paper, a_noisy_count_decides_nothing);
	tcase_add_test(paper, what_never_happens_is_exact_and_its_first_time_a_regression);
	tcase_add_test(paper, switches_and_what_is_missing_are_shown_and_do_not_decide);
	suite_add_tcase(suite, paper);
	return suite;
}
