#include <math.h>

#include "harness/report/number.h"
#include "tests/suite.h"

static char text[NUMBER_MAX * 4];

static const char *format(double value, enum unit unit, int digits)
{
	number_format(text, sizeof(text), value, unit, digits);
	return text;
}

static const char *range(double middle, double low, double high, enum unit unit)
{
	struct interval interval = {.middle = middle, .low = low, .high = high, .n = 6};

	number_interval(text, sizeof(text), &interval, unit);
	return text;
}

START_TEST(units_are_chosen_by_size)
{
	ck_assert_str_eq(format(812, UNIT_DURATION, 3), "812 ns");
	ck_assert_str_eq(format(12345, UNIT_DURATION, 3), "12.3 µs");
	ck_assert_str_eq(format(5.08e6, UNIT_DURATION, 3), "5.08 ms");
	ck_assert_str_eq(format(90e9, UNIT_DURATION, 3), "90.0 s");
	ck_assert_str_eq(format(30412.8, UNIT_BYTES, 3), "29.7 KiB");
	ck_assert_str_eq(format(139, UNIT_BYTES, 3), "139 B");
	ck_assert_str_eq(format(80e6, UNIT_RATE, 2), "80M");
	ck_assert_str_eq(format(0.5, UNIT_RATE, 2), "0.50");
}
END_TEST

START_TEST(rounding_up_takes_the_next_unit)
{
	ck_assert_str_eq(format(999.96, UNIT_RATE, 3), "1.00k");
	ck_assert_str_eq(format(999600, UNIT_DURATION, 3), "1.00 ms");
	ck_assert_str_eq(format(9.996, UNIT_PLAIN, 3), "10.0");
}
END_TEST

START_TEST(digits_that_say_nothing_are_not_printed)
{
	ck_assert_str_eq(range(81234, 79000, 83000, UNIT_RATE), "81.2k [79.0k–83.0k]");
	ck_assert_str_eq(range(81234, 81200, 81270, UNIT_RATE), "81.23k [81.20k–81.27k]");
	ck_assert_str_eq(range(0.62345, 0.60, 0.65, UNIT_PLAIN), "0.623 [0.600–0.650]");
	ck_assert_str_eq(range(5.08e6, 5.04e6, 5.2e6, UNIT_DURATION), "5.08 ms [5.04–5.20]");
	ck_assert_str_eq(range(12345, 2345, 92345, UNIT_PLAIN), "12000 [2000–92000]");
}
END_TEST

START_TEST(both_ends_use_the_unit_of_the_middle)
{
	ck_assert_str_eq(range(1050, 950, 1150, UNIT_RATE), "1.05k [0.95k–1.15k]");
}
END_TEST

START_TEST(what_is_not_known_is_na)
{
	struct interval one = {.middle = 1234, .low = 1234, .high = 1234, .n = 1};

	ck_assert_str_eq(format(NAN, UNIT_RATE, 3), "n/a");
	ck_assert_str_eq(format(0, UNIT_DURATION, 3), "0");
	ck_assert_str_eq(range(NAN, NAN, NAN, UNIT_BYTES), "n/a");
	number_interval(text, sizeof(text), &one, UNIT_RATE);
	ck_assert_str_eq(text, "1.2k");
}
END_TEST

START_TEST(digits_follow_the_interval)
{
	struct interval interval = {.middle = 1000, .low = 960, .high = 1040, .n = 6};

	ck_assert_int_eq(number_digits(&interval), 3);
	interval.low = 990;
	interval.high = 1010;
	ck_assert_int_eq(number_digits(&interval), 4);
	interval.low = interval.high = 1000;
	ck_assert_int_eq(number_digits(&interval), 4);
	interval.low = 0;
	interval.high = 4000;
	ck_assert_int_eq(number_digits(&interval), 2);
	interval.n = 1;
	ck_assert_int_eq(number_digits(&interval), 2);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("number");
	TCase *c = tcase_create("number");

	tcase_add_test(c, units_are_chosen_by_size);
	tcase_add_test(c, rounding_up_takes_the_next_unit);
	tcase_add_test(c, digits_that_say_nothing_are_not_printed);
	tcase_add_test(c, both_ends_use_the_unit_of_the_middle);
	tcase_add_test(c, what_is_not_known_is_na);
	tcase_add_test(c, digits_follow_the_interval);
	suite_add_tcase(s, c);
	return s;
}
