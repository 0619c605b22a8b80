/*
 * Footnotes: what rows have in common is one note that names them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/notes.h"
#include "tests/suite.h"

static struct notes notes;

static char *written(void)
{
	char *text = NULL;
	size_t bytes = 0;
	struct writer writer = {.out = open_memstream(&text, &bytes),
		.format = WRITER_TERMINAL,
		.width = 200,
		.utf8 = true};

	notes_write(&writer, &notes);
	fclose(writer.out);
	return text;
}

static void expect(const char *expected)
{
	char *text = written();

	ck_assert_msg(strstr(text, expected) != NULL, "no '%s' in: %s", expected, text);
	free(text);
}

static void set_up(void)
{
	notes.count = 0;
}

START_TEST(equal_notes_are_one_that_names_the_rows)
{
	ck_assert_int_eq(notes_add_about(&notes, "async", "was slow"), 1);
	ck_assert_int_eq(notes_add_about(&notes, "threads", "was slow"), 1);
	ck_assert_int_eq(notes_add_about(&notes, "async", "was late"), 2);
	ck_assert_int_eq(notes_add_about(&notes, "async", "was slow"), 1);
	expect("(1) async, threads: was slow\n");
	expect("(2) async: was late\n");
}
END_TEST

START_TEST(notes_that_differ_in_one_number_show_its_range)
{
	static const char *const who[] = {"async", "threads", "thread-pool", "threads-gil"};
	static const int mib[] = {23, 17, 101, 40};

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(notes_add_about(&notes, who[i],
					 "%d MiB of dirty pages at the start", mib[i]),
			1);
	expect("(1) async, threads, thread-pool, threads-gil: 17–101 MiB of dirty pages at the "
	       "start\n");
	ck_assert_int_eq(notes_add_about(&notes, "x", "the window is 6.9 times the skew"), 2);
	ck_assert_int_eq(notes_add_about(&notes, "y", "the window is 10 times the skew"), 2);
	expect("(2) x, y: the window is 6.9–10 times the skew\n");
}
END_TEST

START_TEST(notes_that_differ_in_two_numbers_or_a_word_stay_apart)
{
	ck_assert_int_eq(notes_add_about(&notes, "a", "limit 64 reached at 60 tasks"), 1);
	ck_assert_int_eq(notes_add_about(&notes, "b", "limit 32 reached at 30 tasks"), 2);
	ck_assert_int_eq(notes_add_about(&notes, "c", "limit 64 reached at 61 tasks"), 1);
	ck_assert_int_eq(notes_add_about(&notes, "d", "limit 65 reached at 60 tasks"), 3);
	ck_assert_int_eq(notes_add_about(&notes, "e", "limit 64 reached at 60 tasks, perhaps"), 4);
	expect("(1) a, c: limit 64 reached at 60–61 tasks\n");
}
END_TEST

START_TEST(a_note_about_no_row_is_itself_alone)
{
	ck_assert_int_eq(notes_add(&notes, "guest: CPython 3.11"), 1);
	ck_assert_int_eq(notes_add(&notes, "guest: CPython 3.12"), 2);
	ck_assert_int_eq(notes_add(&notes, "guest: CPython 3.11"), 1);
	ck_assert_int_eq(notes_add_about(&notes, "a", "guest: CPython 3.11"), 3);
	expect("(1) guest: CPython 3.11\n");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("notes");
	TCase *c = tcase_create("notes");

	tcase_add_checked_fixture(c, set_up, NULL);
	tcase_add_test(c, equal_notes_are_one_that_names_the_rows);
	tcase_add_test(c, notes_that_differ_in_one_number_show_its_range);
	tcase_add_test(c, notes_that_differ_in_two_numbers_or_a_word_stay_apart);
	tcase_add_test(c, a_note_about_no_row_is_itself_alone);
	suite_add_tcase(s, c);
	return s;
}
