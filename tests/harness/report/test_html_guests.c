/*
 * The tables of languages: figures where a guest was run, "–" and the command where none was.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/html_guests.h"
#include "tests/suite.h"

static struct record record;
static const struct record *records[] = {&record};
static struct workload_facts echo, idle;
static struct row rows[2], waiting[1];
static struct group_rows groups[] = {
	{.sample = &record, .facts = &echo, .rows = rows, .rows_count = 2, .by_rate = true},
	{.sample = &record, .facts = &idle, .rows = waiting, .rows_count = 1},
};
static struct report report;

static struct interval around(double middle)
{
	return (struct interval){.middle = middle,
		.low = middle * 0.99,
		.high = middle * 1.01,
		.coverage = 0.97,
		.n = 6};
}

static void fill(void)
{
	strcpy(echo.name, "echo");
	strcpy(idle.name, "idle");
	strcpy(record.guest.version, "CPython <3>");
	rows[0] = (struct row){.model = "python-asyncio",
		.status = STATUS_OK,
		.records = records,
		.records_count = 1,
		.rate = around(12340)};
	rows[1] = (struct row){.model = "python-threading", .status = STATUS_LIMIT};
	waiting[0] = (struct row){.model = "async",
		.status = STATUS_OK,
		.rate = around(777),
		.memory_bytes = around(2048)};
	report.groups = (struct groups){.groups = groups, .count = 2};
}

/* The section; the caller frees it. */
static char *section(void)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	ck_assert_int_eq(html_guests(out, &report), 0);
	fclose(out);
	return text;
}

/* The line of a model; ends the text behind it. */
static char *line_of(char *text, const char *model)
{
	char *line = strstr(text, model);

	ck_assert_msg(line != NULL, "%s is not in %s", model, text);
	char *end = strchr(line, '\n');
	ck_assert_ptr_nonnull(end);
	*end = '\0';
	return line;
}

START_TEST(a_language_that_was_run_has_its_figures_and_its_version)
{
	fill();
	char *text = section();
	char *line = line_of(text, ">python-asyncio<");
	ck_assert_ptr_nonnull(strstr(line, "data-v=\"12340\""));
	ck_assert_ptr_nonnull(strstr(line, ">12.3"));
	ck_assert_ptr_nonnull(strstr(line, "CPython &lt;3&gt;"));
	ck_assert_ptr_nonnull(strstr(line, "–"));
	free(text);
}
END_TEST

START_TEST(a_row_without_a_figure_says_why)
{
	fill();
	char *text = section();
	ck_assert_ptr_nonnull(strstr(line_of(text, ">python-threading<"), row_verdict(&rows[1])));
	free(text);
}
END_TEST

START_TEST(where_tasks_only_wait_memory_is_shown_and_no_rate)
{
	fill();
	char *text = section();
	char *line = line_of(text, ">async<");
	ck_assert_ptr_nonnull(strstr(line, "KiB"));
	ck_assert_ptr_null(strstr(line, "777"));
	free(text);
}
END_TEST

START_TEST(a_language_that_was_not_run_is_named_with_its_command)
{
	fill();
	char *text = section();
	ck_assert_ptr_nonnull(strstr(text, "Go was not run: <code>concbench run spawn"));
	ck_assert_ptr_nonnull(strstr(text, "./build/release/guests/go</code>"));
	ck_assert_ptr_nonnull(strstr(text, "apt-get install golang-go; make guests"));
	ck_assert_ptr_nonnull(strstr(text, "C++ was not run"));
	ck_assert_ptr_null(strstr(text, "Python was not run"));
	ck_assert_ptr_null(strstr(strstr(text, ">cpp-asio<"), "data-v"));
	free(text);
}
END_TEST

START_TEST(a_run_of_other_workloads_has_no_such_table)
{
	fill();
	strcpy(echo.name, "mine");
	strcpy(idle.name, "mine-too");
	char *text = section();
	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *suite = suite_create("report/html_guests");
	TCase *cases = tcase_create("html_guests");

	tcase_add_test(cases, a_language_that_was_run_has_its_figures_and_its_version);
	tcase_add_test(cases, a_row_without_a_figure_says_why);
	tcase_add_test(cases, where_tasks_only_wait_memory_is_shown_and_no_rate);
	tcase_add_test(cases, a_language_that_was_not_run_is_named_with_its_command);
	tcase_add_test(cases, a_run_of_other_workloads_has_no_such_table);
	suite_add_tcase(suite, cases);
	return suite;
}
