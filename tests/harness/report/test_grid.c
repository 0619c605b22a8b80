#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/grid.h"
#include "harness/report/notes.h"
#include "tests/suite.h"

static struct grid grid;

static void make(void)
{
	ck_assert_int_eq(grid_init(&grid, 4, 2, 1), 0);
	grid_set(&grid, 0, 0, "model");
	grid_set(&grid, 0, 1, "time");
	grid_set(&grid, 0, 2, "nothing");
	grid_set(&grid, 0, 3, "rate");
	grid_set(&grid, 1, 0, "async");
	grid_set(&grid, 1, 1, "5 µs");
	grid_set(&grid, 1, 3, "12k");
	grid_set(&grid, 2, 0, "threads");
	grid_set(&grid, 2, 3, "a|b");
	grid.strong[1] = true;
}

static void expect(struct writer writer, const char *text)
{
	char *got = NULL;
	size_t bytes;

	writer.out = open_memstream(&got, &bytes);
	write_grid(&writer, &grid);
	fclose(writer.out);
	ck_assert_str_eq(got, text);
	free(got);
	grid_free(&grid);
}

START_TEST(words_stand_left_and_figures_right)
{
	make();
	expect((struct writer){.width = 80, .utf8 = true}, "model    time  nothing  rate\n"
							   "async    5 µs            12k\n"
							   "threads                  a|b\n");
}
END_TEST

START_TEST(empty_columns_are_squeezed_out)
{
	make();
	grid_squeeze(&grid);
	ck_assert_int_eq(grid.columns, 3);
	expect((struct writer){.width = 80, .utf8 = true}, "model    time  rate\n"
							   "async    5 µs   12k\n"
							   "threads         a|b\n");
}
END_TEST

START_TEST(what_is_too_wide_goes_into_another_panel)
{
	make();
	expect((struct writer){.width = 16, .utf8 = true}, "model    time\n"
							   "async    5 µs\n"
							   "threads\n"
							   "\n"
							   "model    nothing\n"
							   "async\n"
							   "threads\n"
							   "\n"
							   "model    rate\n"
							   "async     12k\n"
							   "threads   a|b\n");
}
END_TEST

START_TEST(markdown_is_one_table_and_bars_are_escaped)
{
	make();
	expect((struct writer){.format = WRITER_MARKDOWN, .utf8 = true},
		"| model | time | nothing | rate |\n"
		"| :--- | ---: | ---: | ---: |\n"
		"| **async** | 5 µs |  | 12k |\n"
		"| threads |  |  | a\\|b |\n\n");
}
END_TEST

START_TEST(without_utf8_everything_is_ascii)
{
	make();
	grid_set(&grid, 1, 2, "≈ 1 ± 2 ☃");
	char *got = NULL;
	size_t bytes;
	struct writer writer = {.width = 80, .out = open_memstream(&got, &bytes)};
	write_grid(&writer, &grid);
	write_heading(&writer, "– ×");
	fclose(writer.out);
	for (size_t i = 0; i < bytes; i++)
		ck_assert_int_lt((unsigned char)got[i], 0x80);
	ck_assert_ptr_nonnull(strstr(got, "~ 1 +- 2 ?"));
	ck_assert_ptr_nonnull(strstr(got, "5 us"));
	ck_assert_ptr_nonnull(strstr(got, "- x"));
	free(got);
	grid_free(&grid);
}
END_TEST

START_TEST(notes_wrap_with_an_indent)
{
	char *got = NULL;
	size_t bytes;
	struct writer writer = {.width = 20, .utf8 = true, .out = open_memstream(&got, &bytes)};

	write_note(&writer, "one two three four five six");
	fclose(writer.out);
	ck_assert_str_eq(got, "  one two three four\n    five six\n");
	free(got);
}
END_TEST

START_TEST(the_same_note_gets_the_same_number)
{
	struct notes *notes = calloc(1, sizeof(*notes));

	ck_assert_int_eq(notes_add(notes, "a %d", 1), 1);
	ck_assert_int_eq(notes_add(notes, "a %d", 2), 2);
	ck_assert_int_eq(notes_add(notes, "a 1"), 1);
	for (int i = 0; i < NOTES_MAX; i++)
		(void)notes_add(notes, "b %d", i);
	ck_assert_int_eq(notes_add(notes, "too many"), 0);
	free(notes);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("grid");
	TCase *c = tcase_create("grid");

	tcase_add_test(c, words_stand_left_and_figures_right);
	tcase_add_test(c, empty_columns_are_squeezed_out);
	tcase_add_test(c, what_is_too_wide_goes_into_another_panel);
	tcase_add_test(c, markdown_is_one_table_and_bars_are_escaped);
	tcase_add_test(c, without_utf8_everything_is_ascii);
	tcase_add_test(c, notes_wrap_with_an_indent);
	tcase_add_test(c, the_same_note_gets_the_same_number);
	suite_add_tcase(s, c);
	return s;
}
