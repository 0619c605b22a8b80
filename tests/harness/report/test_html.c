/*
 * The HTML report of the reference run: one file that needs nothing else, with every figure of the
 * tables and its value. What a browser makes of it is tested in tests/scripts/long_browser.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/html.h"
#include "harness/report/report.h"
#include "tests/program.h"
#include "tests/suite.h"

static char output[1 << 20];

/* The document of the reference run, without charts. */
static const char *document(void)
{
	int status = program_run("concbench report results/reference/*.jsonl --format html "
				 "--no-charts",
		output, sizeof(output));

	ck_assert_msg(status == 0, "exit status %d: %.300s", status, output);
	return output;
}

static int count(const char *text, const char *word)
{
	int found = 0;

	for (; (text = strstr(text, word)) != NULL; text += strlen(word))
		found++;
	return found;
}

START_TEST(the_document_is_whole_and_asks_for_nothing)
{
	static const char *const outside[] = {
		"http:", "https:", "src=", "@import", "url(", "<iframe", "XMLHttp"};
	const char *text = document(), *script = strstr(text, "<script>");

	ck_assert_int_eq(strncmp(text, "<!doctype html>", 15), 0);
	ck_assert_str_eq(text + strlen(text) - 8, "</html>\n");
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		ck_assert_msg(strstr(text, outside[i]) == NULL, "%s in the document", outside[i]);
	/* a timeline may tell of a fetch() */
	ck_assert_ptr_nonnull(script);
	ck_assert_ptr_null(strstr(script, "fetch("));
	ck_assert_int_eq(count(text, "<section"), count(text, "</section>"));
	ck_assert_int_eq(count(text, "<table"), count(text, "</table>"));
	ck_assert_int_eq(count(text, "<tr"), count(text, "</tr>"));
	ck_assert_int_eq(count(text, "<td"), count(text, "</td>"));
}
END_TEST

START_TEST(the_verdict_comes_before_the_matrix_and_the_matrix_before_the_tables)
{
	const char *text = document();
	const char *verdict = strstr(text, "id=\"verdict\""),
		   *matrix = strstr(text, "id=\"matrix\""),
		   *table = strstr(text, "class=\"workload\"");

	ck_assert_ptr_nonnull(verdict);
	ck_assert(verdict < matrix && matrix < table);
	ck_assert_int_eq(count(text, "class=\"workload\""), 8);
}
END_TEST

START_TEST(what_comes_from_outside_cannot_become_markup)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	struct grid grid;

	ck_assert_int_eq(grid_init(&grid, 2, 1, 1), 0);
	grid_set(&grid, 0, 0, "<script>");
	grid_set(&grid, 0, 1, "a\"b'c");
	grid_set(&grid, 1, 0, "<img onerror=x>");
	grid_set(&grid, 1, 1, "1 & 2 [<3–4>]");
	html_grid(out, &grid);
	grid_free(&grid);
	fclose(out);
	ck_assert_ptr_null(strstr(text, "<script"));
	ck_assert_ptr_null(strstr(text, "<img"));
	ck_assert_ptr_nonnull(strstr(text, "data-h=\"a&quot;b&#39;c\""));
	ck_assert_ptr_nonnull(strstr(text, "1 &amp; 2<span class=\"interval\"> [&lt;3–4&gt;]"));
	free(text);
}
END_TEST

START_TEST(a_figure_carries_its_value_and_words_do_not)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	struct grid grid;

	ck_assert_int_eq(grid_init(&grid, 4, 1, 1), 0);
	grid_set(&grid, 0, 1, "op/s");
	grid_set(&grid, 0, 2, "empty");
	grid_set(&grid, 0, 3, "p99");
	grid_set(&grid, 1, 0, "async");
	grid_set(&grid, 1, 1, "186k");
	grid_value(&grid, 1, 1, 186123.4);
	grid_set(&grid, 1, 3, "n/a");
	grid_squeeze(&grid); /* values and heats move with their cells */
	html_grid(out, &grid);
	grid_free(&grid);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(text, "data-h=\"op/s\" data-v=\"186123.4\">186k</td>"));
	ck_assert_ptr_nonnull(
		strstr(text, "<td role=\"cell\" class=\"none\" data-h=\"p99\">n/a</td>"));
	ck_assert_ptr_null(strstr(text, "empty"));
	free(text);
}
END_TEST

START_TEST(an_anchor_is_made_of_letters_digits_and_hyphens)
{
	char anchor[20];

	html_anchor(anchor, sizeof(anchor), "w3 echo conns=64, µs");
	ck_assert_str_eq(anchor, "w3-echo-conns-64-s");
	html_anchor(anchor, 4, "abcdef");
	ck_assert_str_eq(anchor, "abc");
}
END_TEST

START_TEST(without_gnuplot_the_report_says_so)
{
	int status = program_run("PATH=/nowhere concbench report results/reference/*.jsonl "
				 "--format html",
		output, sizeof(output));

	ck_assert_int_eq(status, 0);
	ck_assert_ptr_nonnull(strstr(output, "gnuplot is not installed"));
	ck_assert_ptr_null(strstr(output, "<figure>"));
	ck_assert_int_eq(count(output, "class=\"workload\""), 8);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("html");
	TCase *c = tcase_create("html");

	tcase_set_timeout(c, 30);
	tcase_add_test(c, the_document_is_whole_and_asks_for_nothing);
	tcase_add_test(c, the_verdict_comes_before_the_matrix_and_the_matrix_before_the_tables);
	tcase_add_test(c, what_comes_from_outside_cannot_become_markup);
	tcase_add_test(c, a_figure_carries_its_value_and_words_do_not);
	tcase_add_test(c, an_anchor_is_made_of_letters_digits_and_hyphens);
	tcase_add_test(c, without_gnuplot_the_report_says_so);
	suite_add_tcase(s, c);
	return s;
}
