/*
 * One cell model: what the tables, HTML, CSV and JSON say of the reference run, figure by figure.
 * JSON has the intervals, so it is what the texts are made again from. That the terminal, Markdown
 * and HTML show the same cells is test_cells_forms.c's.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/html_guests.h"
#include "harness/report/number.h"
#include "tests/harness/report/cells.h"

static char *render(enum report_format format)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	ck_assert_int_eq(report_write(&report, format, out), 0);
	fclose(out);
	return text;
}

/* Columns of the tables that are figures of a row, and what they are called in data. */
static const struct column {
	const char *head, *name;
	enum unit unit;
	enum { INTERVAL, MIDDLE, TWO_DIGITS, SINGLE } form;
} columns[] = {{"op/s", "operations_per_s", UNIT_RATE, INTERVAL},
	{"round", "round_ns", UNIT_DURATION, INTERVAL},
	{"× best", "ratio_to_best", UNIT_PLAIN, INTERVAL}, {"p50", "p50_ns", UNIT_DURATION, SINGLE},
	{"p99", "p99_ns", UNIT_DURATION, SINGLE}, {"p99.9", "p999_ns", UNIT_DURATION, SINGLE},
	{"max", "max_ns", UNIT_DURATION, SINGLE},
	{"CPU/op", "cpu_ns_per_operation", UNIT_DURATION, MIDDLE},
	{"load CPU/op", "load_cpu_ns_per_operation", UNIT_DURATION, MIDDLE},
	{"sum", "sum_cpu_ns_per_operation", UNIT_DURATION, MIDDLE},
	{"vol/op", "voluntary_per_operation", UNIT_PLAIN, TWO_DIGITS},
	{"invol/op", "involuntary_per_operation", UNIT_PLAIN, TWO_DIGITS},
	{"user/task", "user_bytes_per_task", UNIT_BYTES, INTERVAL},
	{"kernel/task", "kernel_bytes_per_task", UNIT_BYTES, INTERVAL},
	{"peak", "peak_bytes", UNIT_BYTES, SINGLE},
	{"max/min", "fairness_max_per_min", UNIT_PLAIN, SINGLE}};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static const struct column *column_of(const char *head)
{
	for (int i = 0; i < COLUMNS; i++)
		if (strcmp(columns[i].head, head) == 0)
			return &columns[i];
	return NULL;
}

static double number(const json_t *value)
{
	return json_is_number(value) ? json_number_value(value) : NAN;
}

/* The text that a table must show for a figure of the JSON. */
static double expect(const json_t *row, const struct column *column, char *text)
{
	const json_t *figure = json_object_get(row, column->name);
	struct interval interval = {.middle = number(json_object_get(figure, "middle")),
		.low = number(json_object_get(figure, "low")),
		.high = number(json_object_get(figure, "high")),
		.n = (int)json_integer_value(json_object_get(figure, "n"))};

	ck_assert_msg(figure != NULL, "no %s in the JSON", column->name);
	if (column->form == SINGLE) {
		number_format(text, TEXT_MAX, number(figure), column->unit, DIGITS_DEFAULT);
		return number(figure);
	}
	if (column->form == INTERVAL)
		number_interval(text, TEXT_MAX, &interval, column->unit);
	else if (column->form == MIDDLE)
		number_middle(text, TEXT_MAX, &interval, column->unit);
	else
		number_format(text, TEXT_MAX, interval.middle, column->unit, 2);
	return interval.middle;
}

/* The next of the model's rows: data and tables have them in the same order. */
static const json_t *find_json(
	const json_t *rows, size_t *from, const char *workload, const char *model)
{
	for (; *from < json_array_size(rows); ++*from) {
		const json_t *row = json_array_get(rows, *from);
		if (strcmp(json_string_value(json_object_get(row, "workload")), workload) != 0 ||
			strcmp(json_string_value(json_object_get(row, "model")), model) != 0)
			continue;
		++*from;
		return row;
	}
	ck_abort_msg("no further %s/%s in the JSON", workload, model);
}

/* Does the cell show the figure? With a mark before a ratio, and the best's 1 without interval. */
static void check_text(const char *cell, const char *expected, const struct column *column)
{
	if (strcmp(column->name, "ratio_to_best") == 0) {
		if (strcmp(cell, "1") == 0 && strncmp(expected, "1", 1) == 0)
			return;
		if (strncmp(cell, "≈ ", 4) == 0)
			cell += 4;
		else if (strncmp(cell, "? ", 2) == 0)
			cell += 2;
	}
	ck_assert_msg(strcmp(cell, expected) == 0, "%s shows '%s', the data are '%s'", column->head,
		cell, expected);
}

/* Every cell of a table of tab-separated values against the JSON; how many were compared. */
static int check_tsv(const struct group_rows *group, const json_t *rows, size_t *from, int *fair)
{
	static char heads[CELLS_MAX][TEXT_MAX], cells[CELLS_MAX][TEXT_MAX];
	char *text = draw(draw_table, group, WRITER_TSV), *rest = text, *line;
	int compared = 0, count = 0;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (count == 0) {
			count = split(line, '\t', heads);
			continue;
		}
		ck_assert_int_eq(split(line, '\t', cells), count);
		cells[0][strcspn(cells[0], " ")] = '\0'; /* notes behind the name */
		const json_t *row = find_json(rows, from, group->facts->name, cells[0]);
		for (int i = 1; i < count; i++) {
			const struct column *column = column_of(heads[i]);
			char expected[TEXT_MAX];
			if (column == NULL || cells[i][0] == '\0' ||
				strcmp(json_string_value(json_object_get(row, "status")), "ok") !=
					0)
				continue;
			expect(row, column, expected);
			check_text(cells[i], expected, column);
			compared++;
			*fair += strcmp(column->head, "max/min") == 0;
		}
	}
	free(text);
	return compared;
}

START_TEST(every_figure_of_a_table_is_the_one_of_the_data)
{
	read_run(_i);
	char *text = render(REPORT_JSON);
	json_t *root = json_loads(text, 0, NULL);
	const json_t *rows = json_object_get(root, "rows");
	int compared = 0, fair = 0;
	size_t from = 0;

	for (int i = 0; i < report.groups.count; i++)
		if (report.groups.groups[i].kind == KIND_TIME)
			compared += check_tsv(&report.groups.groups[i], rows, &from, &fair);
	ck_assert_int_gt(compared, 300);
	ck_assert_int_eq(fair > 0, _i > 0); /* a column where there is fairness */
	json_decref(root);
	free(text);
	release();
}
END_TEST

/* A field of a CSV line whose fields have no line ends. */
static void csv_fields(char *line, char fields[][TEXT_MAX], int *count)
{
	bool quoted = false;
	size_t used = 0;

	*count = 0;
	for (char *at = line;; at++) {
		if (*at == '"') {
			quoted = !quoted;
		} else if ((*at == ',' && !quoted) || *at == '\0') {
			fields[(*count)++][used] = '\0';
			used = 0;
			if (*at == '\0')
				return;
		} else if (used + 1 < TEXT_MAX) {
			fields[*count][used++] = *at;
		}
	}
}

static void check_csv_field(const json_t *row, const char *name, const char *field)
{
	const json_t *figure = json_object_get(row, name);
	char base[64];

	if (figure == NULL) { /* name_low, name_high */
		snprintf(base, sizeof(base), "%s", name);
		char *last = strrchr(base, '_');
		if (last == NULL)
			return;
		*last = '\0';
		figure = json_object_get(json_object_get(row, base), last + 1);
	} else if (json_is_object(figure)) {
		figure = json_object_get(figure, "middle");
	}
	if (!json_is_number(figure) && !json_is_null(figure))
		return;
	double value = number(figure);
	if (isnan(value))
		ck_assert_str_eq(field, "");
	else
		ck_assert_msg(fabs(strtod(field, NULL) - value) <= 1e-8 * fabs(value),
			"%s: %s in the CSV, %.12g in the JSON", name, field, value);
}

START_TEST(csv_and_json_have_the_same_figures)
{
	static char heads[80][TEXT_MAX], fields[80][TEXT_MAX];
	int heads_count, count, rows_seen = 0;

	read_run(_i);
	char *json = render(REPORT_JSON), *csv = render(REPORT_CSV), *rest = csv, *line;
	json_t *root = json_loads(json, 0, NULL);
	const json_t *rows = json_object_get(root, "rows");
	csv_fields(strsep(&rest, "\n"), heads, &heads_count);
	while ((line = strsep(&rest, "\n")) != NULL && line[0] != '\0') {
		csv_fields(line, fields, &count);
		ck_assert_int_eq(count, heads_count);
		const json_t *row = json_array_get(rows, (size_t)rows_seen++);
		ck_assert_str_eq(fields[1], json_string_value(json_object_get(row, "model")));
		for (int i = 2; i < count; i++)
			check_csv_field(row, heads[i], fields[i]);
	}
	ck_assert_int_eq((size_t)rows_seen, json_array_size(rows));
	json_decref(root);
	free(json);
	free(csv);
	release();
}
END_TEST

/* The figure that a column of `why` shows of a row. */
static double count_of(const struct row *row, const char *head, enum unit *unit)
{
	*unit = UNIT_PLAIN;
	if (strcmp(head, "CPU/op") == 0)
		return *unit = UNIT_DURATION, row->cpu_ns.middle;
	if (strcmp(head, "CPUs busy") == 0)
		return row->cpu_ns.middle * row->rate.middle / 1e9;
	if (strcmp(head, "switches/op") == 0)
		return row->voluntary.middle + row->involuntary.middle;
	if (strcmp(head, "operations per wake-up") == 0)
		return *unit = UNIT_RATE, 1 / row->voluntary.middle;
	if (strcmp(head, "faults/op") == 0)
		return row->faults.middle;
	ck_assert_str_eq(head, "run-queue delay/op");
	return *unit = UNIT_DURATION, row->run_delay_ns.middle;
}

static int draw_why(const struct writer *writer, const struct group_rows *group)
{
	return why_write(writer, group);
}

START_TEST(every_count_of_why_is_the_one_of_the_data)
{
	static char heads[CELLS_MAX][TEXT_MAX], cells[CELLS_MAX][TEXT_MAX];
	int compared = 0;

	read_run(_i);
	for (int i = 0; i < report.groups.count; i++) {
		const struct group_rows *group = &report.groups.groups[i];
		if (group->kind != KIND_TIME)
			continue;
		char *text = draw(draw_why, group, WRITER_TSV), *rest = text, *line;
		int count = 0, at = 0;
		while ((line = strsep(&rest, "\n")) != NULL) {
			if (line[0] == '#' || line[0] == '\0')
				continue;
			if (count == 0) {
				count = split(line, '\t', heads);
				continue;
			}
			split(line, '\t', cells);
			const struct row *row = &group->rows[at++];
			ck_assert_str_eq(cells[0], row->model);
			for (int j = 1; j < count && row->status == STATUS_OK; j++) {
				char expected[TEXT_MAX];
				enum unit unit;
				double value = count_of(row, heads[j], &unit);
				if (cells[j][0] == '\0')
					continue;
				number_format(expected, sizeof(expected), value, unit, 2);
				ck_assert_str_eq(cells[j], expected);
				compared++;
			}
		}
		ck_assert_int_eq(at, group->rows_count);
		free(text);
	}
	ck_assert_int_gt(compared, 150);
	release();
}
END_TEST

/* What HTML sorts by is what the CSV has. */
START_TEST(values_in_html_are_those_of_the_data)
{
	read_run(_i);
	int compared = 0;

	for (int i = 0; i < report.groups.count; i++) {
		const struct group_rows *group = &report.groups.groups[i];
		if (group->kind != KIND_TIME)
			continue;
		char *html = draw(draw_table, group, WRITER_HTML), *row = strstr(html, "<tbody");
		for (int j = 0; j < group->rows_count; j++) {
			row = strstr(row + 1, "<tr");
			char *cell = strstr(row, "data-h=\"CPU/op\" data-v=\"");
			char *next = strstr(row + 1, "<tr");
			if (cell == NULL || (next != NULL && cell > next))
				continue;
			double value = strtod(strstr(cell, "data-v=\"") + 8, NULL);
			ck_assert(fabs(value - group->rows[j].cpu_ns.middle) <= 1e-8 * value);
			compared++;
		}
		free(html);
	}
	ck_assert_int_gt(compared, 30);
	release();
}
END_TEST

/* The tables of languages, which HTML alone has, against the data. */
START_TEST(a_guests_figure_in_html_is_that_of_the_data)
{
	char *section = NULL;
	size_t bytes = 0, from = 0;
	FILE *out = open_memstream(&section, &bytes);

	read_altered();
	char *text = render(REPORT_JSON);
	json_t *root = json_loads(text, 0, NULL);
	const json_t *row =
		find_json(json_object_get(root, "rows"), &from, "echo", "python-asyncio");
	double rate = number(json_object_get(json_object_get(row, "operations_per_s"), "middle"));
	ck_assert_int_eq(html_guests(out, &report), 0);
	fclose(out);
	char *line = strstr(section, ">python-asyncio<");
	ck_assert_ptr_nonnull(line);
	*strchr(line, '\n') = '\0';
	char *cell = strstr(line, "data-h=\"echo, op/s\" data-v=\"");
	ck_assert_msg(cell != NULL, "%s", line);
	ck_assert(fabs(strtod(strstr(cell, "data-v=\"") + 8, NULL) - rate) <= 1e-8 * rate);
	ck_assert_ptr_nonnull(strstr(line, "CPython 3"));
	json_decref(root);
	free(text);
	free(section);
	release();
}
END_TEST

/* A sweep's values are groups of their own: both are in the data, with their parameter. */
START_TEST(a_swept_value_has_a_table_and_rows_of_its_own)
{
	read_altered();
	char *csv = render(REPORT_CSV), *tables = render(REPORT_MARKDOWN);
	int groups = 0;

	for (int i = 0; i < report.groups.count; i++)
		groups += report.groups.groups[i].kind == KIND_TIME &&
			  strcmp(report.groups.groups[i].facts->name, "hash") == 0;
	ck_assert_int_eq(groups, 2);
	ck_assert_ptr_nonnull(strstr(csv, "block=64KiB"));
	ck_assert_ptr_nonnull(strstr(csv, "block=128KiB"));
	ck_assert_ptr_nonnull(strstr(tables, "## hash block=64KiB"));
	ck_assert_ptr_nonnull(strstr(tables, "## hash block=128KiB"));
	free(csv);
	free(tables);
	release();
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("cells");
	TCase *c = tcase_create("cells");

	tcase_set_timeout(c, 30);
	tcase_add_loop_test(c, every_figure_of_a_table_is_the_one_of_the_data, 0, RUNS);
	tcase_add_loop_test(c, every_count_of_why_is_the_one_of_the_data, 0, RUNS);
	tcase_add_loop_test(c, csv_and_json_have_the_same_figures, 0, RUNS);
	tcase_add_loop_test(c, values_in_html_are_those_of_the_data, 0, RUNS);
	tcase_add_test(c, a_guests_figure_in_html_is_that_of_the_data);
	tcase_add_test(c, a_swept_value_has_a_table_and_rows_of_its_own);
	suite_add_tcase(s, c);
	return s;
}
