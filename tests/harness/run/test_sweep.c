#include <errno.h>
#include <string.h>

#include "harness/run/sweep.h"
#include "tests/suite.h"

static const char *const colours[] = {"red", "green", NULL};
static const struct param tasks = {"tasks", "", PARAM_COUNT, 1, 1000000, 1, 1, NULL};
static const struct param wait = {"wait", "", PARAM_DURATION, 0, 10000000000, 1, 1, NULL};
static const struct param colour = {"colour", "", PARAM_CHOICE, 0, 1, 0, 0, colours};

static void expect(const struct param *param, const char *text, int count, const int64_t *expected)
{
	int64_t values[SWEEP_VALUES_MAX];
	char error[200] = "";
	int found = sweep_values(param, text, values, error, sizeof(error));

	ck_assert_msg(found == count, "%s: %d values, %s", text, found, error);
	for (int i = 0; i < count; i++)
		ck_assert_int_eq(values[i], expected[i]);
}

START_TEST(lists_keep_their_order)
{
	expect(&tasks, "7", 1, (int64_t[]){7});
	expect(&tasks, "10k,1,5", 3, (int64_t[]){10000, 1, 5});
	expect(&wait, "1ms,5us", 2, (int64_t[]){1000000, 5000});
	expect(&colour, "green,red", 2, (int64_t[]){1, 0});
}
END_TEST

START_TEST(ranges_step_as_told)
{
	expect(&tasks, "1..10k:log", 5, (int64_t[]){1, 10, 100, 1000, 10000});
	expect(&tasks, "3..200:log", 3, (int64_t[]){3, 30, 200});
	expect(&tasks, "1..6:log2", 4, (int64_t[]){1, 2, 4, 6});
	expect(&tasks, "10..50", 5, (int64_t[]){10, 20, 30, 40, 50});
	expect(&tasks, "1..10:4", 4, (int64_t[]){1, 4, 7, 10});
	expect(&wait, "1ms..3ms:3", 3, (int64_t[]){1000000, 2000000, 3000000});
	expect(&tasks, "5,10..20:2", 3, (int64_t[]){5, 10, 20});
}
END_TEST

START_TEST(nonsense_is_refused_by_name)
{
	static const char *const bad[] = {"", "1,", ",1", "x", "0", "2000000", "5..1", "5..5",
		"1..9:0", "1..9:1", "1..9:65", "1..9:logx", "1..", "..9", "1..2..3", "1..9:"};
	int64_t values[SWEEP_VALUES_MAX];
	char error[200];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		error[0] = '\0';
		ck_assert_msg(sweep_values(&tasks, bad[i], values, error, sizeof(error)) == -EINVAL,
			"'%s' was taken", bad[i]);
		ck_assert_msg(strstr(error, "tasks") != NULL, "'%s': %s", bad[i], error);
	}
	ck_assert_int_lt(sweep_values(&wait, "0..1s:log", values, error, sizeof(error)), 0);
	ck_assert_int_lt(sweep_values(&colour, "red..green", values, error, sizeof(error)), 0);
}
END_TEST

START_TEST(an_option_is_split_at_the_first_equals_sign)
{
	struct sweep sweep;
	char error[200];

	ck_assert_int_eq(sweep_parse(&sweep, "tasks=1,2", error, sizeof(error)), 0);
	ck_assert_str_eq(sweep.name, "tasks");
	ck_assert_str_eq(sweep.values, "1,2");
	ck_assert_int_eq(sweep_parse(&sweep, "tasks", error, sizeof(error)), -EINVAL);
	ck_assert_int_eq(sweep_parse(&sweep, "=5", error, sizeof(error)), -EINVAL);
	ck_assert_int_eq(sweep_parse(&sweep, "tasks=", error, sizeof(error)), -EINVAL);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sweep");
	TCase *c = tcase_create("sweep");

	tcase_add_test(c, lists_keep_their_order);
	tcase_add_test(c, ranges_step_as_told);
	tcase_add_test(c, nonsense_is_refused_by_name);
	tcase_add_test(c, an_option_is_split_at_the_first_equals_sign);
	suite_add_tcase(s, c);
	return s;
}
