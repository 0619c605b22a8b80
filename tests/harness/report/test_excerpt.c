/*
 * Parts of a report: a table in each form that has one, a chart in each form that has one, and what
 * is no part of it.
 */
#include <stdio.h>
#include <string.h>

#include "tests/program.h"
#include "tests/suite.h"

#define REPORT "concbench report results/reference/*.jsonl "

static char output[1 << 18];

static void says(const char *command, int status, const char *expected)
{
	int got = program_run(command, output, sizeof(output));

	ck_assert_msg(got == status, "%s: exit status %d: %.300s", command, got, output);
	ck_assert_msg(strstr(output, expected) != NULL, "%s: no '%s' in: %.300s", command, expected,
		output);
}

static int have_gnuplot(void)
{
	if (program_run("command -v gnuplot >/dev/null", output, sizeof(output)) == 0)
		return 1;
	printf("skipped: no gnuplot\n");
	return 0;
}

START_TEST(one_table_comes_without_the_others)
{
	double rate = 0;

	says(REPORT "--table hash --format tsv", 0, "model\top/s\t× best\t");
	ck_assert_ptr_null(strstr(output, "echo"));
	says(REPORT "--table echo --format md", 0, "async");
	ck_assert_ptr_nonnull(strstr(strstr(output, "async"), " | "));
	ck_assert_int_eq(sscanf(strstr(strstr(output, "async"), " | "), " | %lfk", &rate), 1);
	ck_assert_double_gt(rate, 0);
	says(REPORT "--table matrix", 0, "Speed of every model");
	ck_assert_ptr_null(strstr(output, "hyperfine"));
}
END_TEST

START_TEST(a_table_alone_says_what_it_shows)
{
	const char *row, *said;
	char best[40], named[40];

	says(REPORT "--table echo --format md", 0, "\n- in short: ");
	row = strstr(output, "\n| **");
	said = strstr(output, "\n- in short: ");
	ck_assert_ptr_nonnull(row);
	ck_assert_int_eq(sscanf(row, "\n| **%39[a-z-]", best), 1);
	if (strstr(said, "is the fastest") != NULL) {
		ck_assert_int_eq(sscanf(said, "\n- in short: %39s", named), 1);
		ck_assert_str_eq(named, best);
	} else {
		ck_assert_ptr_nonnull(strstr(said, "no model is separated from the best"));
	}
}
END_TEST

START_TEST(one_chart_is_drawn)
{
	if (!have_gnuplot())
		return;
	says(REPORT "--table echo --format svg", 0, "</svg>");
	ck_assert_int_eq(strncmp(output, "<?xml", 5), 0);
	says(REPORT "--table idle --chart memory --format svg", 0, "page tables");
	says(REPORT "--table echo --chart latency --format png | head -c 4 | tail -c 3", 0, "PNG");
}
END_TEST

START_TEST(what_is_not_there_is_wrong_use)
{
	says(REPORT "--table nope", 2, "there is no table of nope in this run");
	says(REPORT "--table idle --chart latency --format svg", 2,
		"there is no chart of idle about latency");
	says(REPORT "--format svg", 2, "is of one table: name it");
	says(REPORT "--table echo --format csv", 2, "--table goes with");
	says(REPORT "--table echo --chart cpu", 2, "--chart goes with");
	says(REPORT "--why nope", 2, "nope is not in this run");
	says("concbench run --format png --dry-run", 2, "is of one table of a past run");
}
END_TEST

START_TEST(without_gnuplot_a_chart_could_not_be_made)
{
	says("PATH=/nowhere " REPORT "--table echo --format svg", 4, "gnuplot is not installed");
}
END_TEST

START_TEST(why_has_counts_and_a_sentence)
{
	char row[32], sentence[32];

	says(REPORT "--why echo", 0, "run-queue delay/op");
	const char *cells = strstr(output, "\nthreads ");
	const char *said = strstr(output, "  threads: an operation takes ");
	ck_assert_ptr_nonnull(cells);
	ck_assert_ptr_nonnull(said);
	ck_assert_int_eq(sscanf(cells, " threads %31s", row), 1);
	ck_assert_int_eq(sscanf(said, " threads: an operation takes %31s", sentence), 1);
	ck_assert_str_eq(sentence, row);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("excerpt");
	TCase *c = tcase_create("excerpt");

	tcase_set_timeout(c, 30);
	tcase_add_test(c, one_table_comes_without_the_others);
	tcase_add_test(c, a_table_alone_says_what_it_shows);
	tcase_add_test(c, one_chart_is_drawn);
	tcase_add_test(c, what_is_not_there_is_wrong_use);
	tcase_add_test(c, without_gnuplot_a_chart_could_not_be_made);
	tcase_add_test(c, why_has_counts_and_a_sentence);
	suite_add_tcase(s, c);
	return s;
}
