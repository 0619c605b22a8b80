/*
 * The reference run read once more, its tables drawn in any form, and cells taken out of their
 * lines: for the tests that compare what the forms say.
 */
#ifndef CONCBENCH_TESTS_HARNESS_REPORT_CELLS_H
#define CONCBENCH_TESTS_HARNESS_REPORT_CELLS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/report.h"
#include "tests/program.h"
#include "tests/suite.h"

enum { CELLS_MAX = 24, TEXT_MAX = 160 };

static struct session session;
static struct report report;

static inline void read_reference(void)
{
	char path[4096], error[400];

	ck_assert_int_eq(program_run("printf %s results/reference/*.jsonl", path, sizeof(path)), 0);
	ck_assert_msg(session_read(&session, path, error, sizeof(error)) == 0, "%s", error);
	ck_assert_int_eq(report_make(&report, &session, NULL), 0);
	report.charts = false;
}

static inline void release(void)
{
	report_free(&report);
	session_free(&session);
}

/* Draws a table; group NULL: one of the whole run. */
typedef int draw_fn(const struct writer *writer, const struct group_rows *group);

__attribute__((noinline)) static char *draw(
	draw_fn *draws, const struct group_rows *group, enum writer_format format)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	struct writer writer = {.out = out, .format = format, .width = 4000, .utf8 = true};

	ck_assert_int_eq(draws(&writer, group), 0);
	fclose(out);
	return text;
}

static inline int draw_table(const struct writer *writer, const struct group_rows *group)
{
	return table_write(writer, &report, group);
}

/* Splits "| a | b |" or "a<tab>b" into cells. */
static inline int split(char *line, char by, char cells[][TEXT_MAX])
{
	int count = 0;

	for (char *cell; (cell = strsep(&line, (char[]){by, '\0'})) != NULL && count < CELLS_MAX;) {
		cell += strspn(cell, " *");
		size_t bytes = strlen(cell);
		while (bytes > 0 && strchr(" *", cell[bytes - 1]) != NULL)
			bytes--;
		snprintf(cells[count++], TEXT_MAX, "%.*s", (int)bytes, cell);
	}
	return count;
}

#endif
