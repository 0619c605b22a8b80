/*
 * A demonstration's result as text and as JSON.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/demo/demo.h"
#include "tests/suite.h"

static const struct demo shown = {"shown", DEMO_LIE, 1, "a sentence",
	"An explanation that goes on for rather longer than there is room for on a single line of "
	"the terminal, so that it is wrapped.",
	NULL};

static struct demo_result filled(void)
{
	struct demo_result result = {.took_s = 0.25};

	demo_add(&result, DEMO_WRONG, 2048, UNIT_BYTES, "measured wrongly");
	demo_add(&result, DEMO_RIGHT, NAN, UNIT_DURATION, "measured \"rightly\"");
	demo_expect(&result, "wrong / right", 2, 1, 3, "it doubles");
	return result;
}

START_TEST(wrong_and_right_stand_one_below_the_other)
{
	struct demo_result result = filled();
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	setenv("COLUMNS", "100", 1);
	result.story = strdup("1 A\n2 B");
	demo_print(&shown, &result, out);
	fclose(out);
	ck_assert_str_eq(text, "shown: a sentence\n"
			       "  wrong     2.00 KiB    measured wrongly\n"
			       "  right     n/a         measured \"rightly\"\n"
			       "1 A\n2 B\n"
			       "  predicted wrong / right 1 .. 3: it doubles\n"
			       "  measured  wrong / right 2\n"
			       "  verdict   holds\n"
			       "  because   An explanation that goes on for rather longer than "
			       "there is room for on a "
			       "single line of\n"
			       "            the terminal, so that it is wrapped.\n"
			       "\n");
	free(text);
	demo_release(&result);
}
END_TEST

/* What is printed at a terminal's width, by COLUMNS, and in a locale. */
static char *printed_at(const char *columns, const char *locale, const char *story)
{
	struct demo_result result = filled();
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	setenv("COLUMNS", columns, 1);
	setenv("LC_ALL", locale, 1);
	result.story = strdup(story);
	demo_print(&shown, &result, out);
	fclose(out);
	demo_release(&result);
	return text;
}

static void fits(const char *text, int columns)
{
	for (const char *line = text; *line != '\0';) {
		size_t bytes = strcspn(line, "\n");
		ck_assert_msg((int)bytes <= columns, "%zu columns: %.*s", bytes, (int)bytes, line);
		line += bytes + (line[bytes] == '\n');
	}
}

START_TEST(lines_fit_the_terminal_and_a_timeline_keeps_its_halves)
{
	const char *story =
		"\n  what happened here          | what Python prints\n"
		"  at 1 a                      | a text that is too long to stand beside "
		"it on a narrow terminal\n";
	char *text = printed_at("62", "C", story);

	fits(text, 62);
	ck_assert_ptr_nonnull(
		strstr(text, "  at 1 a                      | a text that is too long to\n"
			     "                              | stand beside it on a narrow\n"
			     "                              | terminal\n"));
	free(text);
	text = printed_at("200", "C", story);
	fits(text, 120);
	ck_assert_ptr_nonnull(strstr(text, story));
	free(text);
}
END_TEST

START_TEST(without_utf8_everything_is_ascii)
{
	char *text = printed_at("80", "C", "5 µs – 6 µs ± 1");

	ck_assert_ptr_nonnull(strstr(text, "5 us - 6 us +- 1\n"));
	for (const char *byte = text; *byte != '\0'; byte++)
		ck_assert_int_lt((unsigned char)*byte, 0x80);
	free(text);
}
END_TEST

START_TEST(the_json_is_one_object_on_one_line)
{
	struct demo_result result = filled();
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	ck_assert_int_eq(demo_print_json(&shown, &result, out), 0);
	fclose(out);
	ck_assert_ptr_eq(strchr(text, '\n'), text + bytes - 1);
	json_t *object = json_loads(text, 0, NULL);
	json_t *figures = json_object_get(object, "figures");
	ck_assert_str_eq(json_string_value(json_object_get(object, "name")), "shown");
	ck_assert_str_eq(json_string_value(json_object_get(object, "group")), "lies");
	ck_assert_str_eq(json_string_value(json_object_get(object, "verdict")), "holds");
	ck_assert(json_is_null(json_object_get(object, "story")));
	ck_assert_uint_eq(json_array_size(figures), 2);
	ck_assert(json_real_value(json_object_get(json_array_get(figures, 0), "value")) == 2048);
	ck_assert(json_is_null(json_object_get(json_array_get(figures, 1), "value")));
	ck_assert_str_eq(
		json_string_value(json_object_get(json_array_get(figures, 1), "role")), "right");
	json_decref(object);
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("demo/print");
	TCase *tcase = tcase_create("print");

	tcase_add_test(tcase, wrong_and_right_stand_one_below_the_other);
	tcase_add_test(tcase, lines_fit_the_terminal_and_a_timeline_keeps_its_halves);
	tcase_add_test(tcase, without_utf8_everything_is_ascii);
	tcase_add_test(tcase, the_json_is_one_object_on_one_line);
	suite_add_tcase(s, tcase);
	return s;
}
