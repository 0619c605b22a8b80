/*
 * The reference run read once more, its tables drawn in any form, and cells taken out of their
 * lines: for the tests that compare what the forms say. The altered run has what that one has not:
 * a swept parameter, fairness between tasks, and guests.
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

static inline void read_session(void)
{
	char path[4096], error[400];

	ck_assert_int_eq(program_run("printf %s results/reference/*.jsonl", path, sizeof(path)), 0);
	ck_assert_msg(session_read(&session, path, error, sizeof(error)) == 0, "%s", error);
}

static inline void read_reference(void)
{
	read_session();
	ck_assert_int_eq(report_make(&report, &session, NULL), 0);
	report.charts = false;
}

/* In every second block hash digests other blocks, and gives its tasks unequal shares; the server
   in coroutines is one in Python. */
static inline void alter(struct record *record, int number)
{
	if (strcmp(record->workload, "hash") == 0) {
		record->fairness.fastest_per_s = 1000 + number;
		record->fairness.slowest_per_s = 500;
		for (int i = 0; i < record->params_count && record->place.block % 2 == 1; i++)
			if (strcmp(record->params[i].name, "block") == 0) {
				record->params[i].value *= 2;
				strcpy(record->params[i].text, "128KiB");
			}
	}
	if (strcmp(record->workload, "echo") == 0 && strcmp(record->model, "async") == 0) {
		strcpy(record->model, "python-asyncio");
		strcpy(record->guest.version, "CPython 3");
	}
}

static inline void read_altered(void)
{
	read_session();
	strcpy(session.header.swept, "block");
	for (int i = 0; i < session.records_count; i++)
		alter(&session.records[i], i);
	ck_assert_int_eq(report_make(&report, &session, NULL), 0);
	report.charts = false;
}

/* By the number of a loop test. */
enum { RUNS = 2 };

static inline void read_run(int number)
{
	if (number == 0)
		read_reference();
	else
		read_altered();
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
