#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/report.h"
#include "tests/harness/run/scripted.h"
#include "tests/suite.h"

static struct run_plan plan;
static struct run_header header;
static struct journal journal;
static struct report report;
static struct scripted scripted;
static char *text;

/* A reason with all that CSV and JSON must quote. */
static const char reason[] = "said \"no\", then left";

static void twist(struct scripted *script, int at, struct record *record)
{
	(void)script;
	(void)at;
	if (strcmp(record->model, "threads") != 0)
		return;
	record->status = STATUS_FAILED;
	strcpy(record->reason, reason);
}

static void set_up(void)
{
	struct progress silent = {0};

	scripted_init(&scripted);
	scripted.twist = twist;
	scripted_plan(&plan, "quick", "mixed");
	scripted_header(&header, &plan);
	ck_assert_int_eq(journal_open(&journal, NULL, &header), 0);
	struct run run = {.plan = &plan,
		.effort = effort_find("quick"),
		.executor = &scripted.executor,
		.journal = &journal,
		.progress = &silent};
	ck_assert_int_eq(run_execute(&run), 0);
	ck_assert_int_eq(report_make(&report, &journal.session, NULL), 0);
}

static void tear_down(void)
{
	free(text);
	report_free(&report);
	journal_close(&journal);
	plan_free(&plan);
	run_header_release(&header);
}

static void export(int (*write)(const struct report *, FILE *))
{
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	ck_assert_int_eq(write(&report, out), 0);
	fclose(out);
}

/* Cuts a line of CSV apart in place, as RFC 4180 has it; returns how many fields. */
static int cut(char *line, char *fields[], int most)
{
	int count = 0;

	for (char *at = line; count < most;) {
		char *to = at;
		bool quoted = *at == '"';
		fields[count++] = to;
		for (at += quoted; *at != '\0' && (quoted || *at != ','); at++) {
			if (quoted && *at == '"' && at[1] != '"')
				quoted = false;
			else if (quoted && *at == '"')
				*to++ = *at++;
			else
				*to++ = *at;
		}
		bool more = *at == ',';
		*to = '\0';
		if (!more)
			break;
		at++;
	}
	return count;
}

START_TEST(every_line_of_csv_has_the_fields_of_its_head)
{
	enum { MOST = 100 };
	char *head[MOST], *fields[MOST], *rest;
	int lines = 0;

	export(export_csv);
	char *line = strtok_r(text, "\n", &rest);
	int count = cut(line, head, MOST);
	while ((line = strtok_r(NULL, "\n", &rest)) != NULL) {
		lines++;
		ck_assert_int_eq(cut(line, fields, MOST), count);
		ck_assert_str_eq(fields[0], "mixed");
		bool failed = strcmp(fields[1], "threads") == 0;
		for (int i = 0; i < count; i++) {
			if (strcmp(head[i], "status") == 0)
				ck_assert_str_eq(fields[i], failed ? "failed" : "ok");
			if (strcmp(head[i], "reason") == 0)
				ck_assert_str_eq(fields[i], failed ? reason : "");
			/* what is n/a is empty, not 0 and not nan */
			if (strcmp(head[i], "operations_per_s") == 0)
				ck_assert(failed ? fields[i][0] == '\0' : atof(fields[i]) > 1000);
		}
	}
	ck_assert_int_eq(lines, 4);
}
END_TEST

START_TEST(json_carries_every_row_with_null_for_what_is_not_known)
{
	export(export_json);
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const json_t *rows = json_object_get(root, "rows");
	const json_t *row;
	size_t i;
	int failed = 0;

	ck_assert_uint_eq(json_array_size(rows), 4);
	json_array_foreach((json_t *)rows, i, row)
	{
		if (strcmp(json_string_value(json_object_get(row, "model")), "threads") != 0)
			continue;
		failed++;
		ck_assert_str_eq(json_string_value(json_object_get(row, "reason")), reason);
	}
	ck_assert_int_eq(failed, 1);
	ck_assert_ptr_null(strstr(text, "nan"));
	json_decref(root);
}
END_TEST

START_TEST(hyperfines_format_has_what_its_readers_look_for)
{
	export(export_hyperfine);
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const json_t *results = json_object_get(root, "results");
	const json_t *result;
	size_t i;

	ck_assert_uint_eq(json_array_size(results), 3); /* those with figures */
	json_array_foreach((json_t *)results, i, result)
	{
		ck_assert(json_is_string(json_object_get(result, "command")));
		double mean = json_number_value(json_object_get(result, "mean"));
		ck_assert(mean > 0);
		ck_assert(json_number_value(json_object_get(result, "min")) <= mean);
		ck_assert(json_number_value(json_object_get(result, "max")) >= mean);
		ck_assert_uint_gt(json_array_size(json_object_get(result, "times")), 0);
	}
	json_decref(root);
}
END_TEST

START_TEST(the_disk_is_full_for_every_format)
{
	for (int format = 0; format < REPORT_FORMATS; format++) {
		FILE *full = fopen("/dev/full", "w");
		ck_assert_ptr_nonnull(full);
		ck_assert_msg(report_write(&report, (enum report_format)format, full) != 0, "%s",
			report_format_names[format]);
		fclose(full);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("export");
	TCase *c = tcase_create("export");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, every_line_of_csv_has_the_fields_of_its_head);
	tcase_add_test(c, json_carries_every_row_with_null_for_what_is_not_known);
	tcase_add_test(c, hyperfines_format_has_what_its_readers_look_for);
	tcase_add_test(c, the_disk_is_full_for_every_format);
	suite_add_tcase(s, c);
	return s;
}
