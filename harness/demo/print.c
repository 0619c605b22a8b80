/*
 * A demonstration's result as text and as JSON, kept, and its plan.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/demo/claims.h"

enum { COLUMNS = 100, INDENT = 12, FIGURE = 12 };

/* Columns that a text takes: bytes that begin a character. */
static int width(const char *text)
{
	int columns = 0;

	for (; *text != '\0'; text++)
		columns += (*text & 0xc0) != 0x80;
	return columns;
}

/* Running text in lines of COLUMNS from column `indent` on, where the first one begins now. */
static void print_wrapped(FILE *out, int indent, const char *text)
{
	int column = indent;

	while (*text != '\0') {
		int length = (int)strcspn(text, " \n");

		if (column > indent && column + 1 + length > COLUMNS)
			column = fprintf(out, "\n%*s", indent, "") - 1;
		column += fprintf(out, "%s%.*s", column > indent ? " " : "", length, text);
		text += length;
		text += strspn(text, " \n");
	}
	fputc('\n', out);
}

static void print_part(FILE *out, const char *head, const char *text)
{
	if (text[0] == '\0')
		return;
	fprintf(out, "  %-*s", INDENT - 2, head);
	print_wrapped(out, INDENT, text);
}

static void print_figure(const struct demo_figure *figure, FILE *out)
{
	char text[NUMBER_MAX];

	number_format(text, sizeof(text), figure->value, figure->unit, DIGITS_DEFAULT);
	fprintf(out, "  %-*s%s%*s", INDENT - 2, demo_role_names[figure->role], text,
		FIGURE - width(text), "");
	print_wrapped(out, INDENT + FIGURE, figure->what);
}

void demo_print(const struct demo *demo, const struct demo_result *result, FILE *out)
{
	fprintf(out, "%s: %s\n", demo->name, demo->sentence);
	for (int i = 0; i < result->figures_count; i++)
		print_figure(&result->figures[i], out);
	if (result->story != NULL)
		fprintf(out, "%s\n", result->story);
	for (int i = 0; i < result->parts_count; i++) {
		const struct demo_part *part = &result->parts[i];
		char text[DEMO_TEXT_MAX + 2 * DEMO_PART_MAX];
		snprintf(text, sizeof(text), "%s %s", part->what, part->bound);
		print_part(out, "predicted", text);
		snprintf(text, sizeof(text), "%s: %s", part->measured,
			demo_verdict_names[part->verdict]);
		print_part(out, "measured", text);
	}
	print_part(out, "predicted", result->expected);
	print_part(out, "measured", result->measured);
	print_part(out, "verdict", demo_verdict_names[result->verdict]);
	print_part(out, "because", demo->explanation);
	fprintf(out, "\n");
	fflush(out);
}

static json_t *json_figure(const struct demo_figure *figure)
{
	static const char *const units[] = {
		[UNIT_PLAIN] = "", [UNIT_RATE] = "/s", [UNIT_DURATION] = "ns", [UNIT_BYTES] = "B"};
	char text[NUMBER_MAX];

	number_format(text, sizeof(text), figure->value, figure->unit, DIGITS_DEFAULT);
	return json_pack("{s:s,s:s,s:o,s:s,s:s}", "role", demo_role_names[figure->role], "what",
		figure->what, "value",
		isfinite(figure->value) ? json_real(figure->value) : json_null(), "unit",
		units[figure->unit], "text", text);
}

static json_t *json_parts(const struct demo_result *result)
{
	json_t *parts = json_array();

	for (int i = 0; i < result->parts_count; i++) {
		const struct demo_part *part = &result->parts[i];
		json_array_append_new(
			parts, json_pack("{s:s,s:s,s:s,s:s}", "what", part->what, "bound",
				       part->bound, "measured", part->measured, "verdict",
				       demo_verdict_names[part->verdict]));
	}
	return parts;
}

/* NULL without memory. */
static json_t *json_result(const struct demo *demo, const struct demo_result *result)
{
	json_t *figures = json_array();

	for (int i = 0; i < result->figures_count; i++)
		json_array_append_new(figures, json_figure(&result->figures[i]));
	return json_pack("{s:s,s:s,s:s,s:s,s:f,s:s,s:s,s:s,s:o,s:o,s:s?}", "name", demo->name,
		"group", demo_group_names[demo->group], "sentence", demo->sentence, "explanation",
		demo->explanation, "took_s", result->took_s, "verdict",
		demo_verdict_names[result->verdict], "expected", result->expected, "measured",
		result->measured, "parts", json_parts(result), "figures", figures, "story",
		result->story);
}

int demo_print_json(const struct demo *demo, const struct demo_result *result, FILE *out)
{
	json_t *object = json_result(demo, result);
	char *text = json_dumps(object, JSON_COMPACT);

	json_decref(object);
	if (text == NULL)
		return -ENOMEM;
	fprintf(out, "%s\n", text);
	fflush(out);
	free(text);
	return 0;
}

/* One write, so that a line is whole even if two append at once. */
static int append_line(const char *path, const char *text)
{
	size_t bytes = strlen(text);
	char *line = malloc(bytes + 1);
	int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	int rc = line == NULL ? -ENOMEM : file < 0 ? -errno : 0;

	if (rc == 0) {
		memcpy(line, text, bytes);
		line[bytes] = '\n';
		ssize_t written = write(file, line, bytes + 1);
		rc = written < 0 ? -errno : (size_t)written != bytes + 1 ? -EIO : 0;
	}
	if (file >= 0)
		close(file);
	free(line);
	return rc;
}

int demo_keep(const char *results, const struct demo *demo, const struct demo_result *result)
{
	char path[PATH_MAX], at[24], host[65] = "";
	time_t now = time(NULL);
	struct tm utc;
	json_t *object = json_result(demo, result);

	strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	gethostname(host, sizeof(host) - 1);
	int rc = json_object_set_new(object, "at", json_string(at)) == 0 &&
				 json_object_set_new(object, "host", json_string(host)) == 0
			 ? 0
			 : -ENOMEM;
	char *text = json_dumps(object, JSON_COMPACT);

	json_decref(object);
	if (rc == 0 && text == NULL)
		rc = -ENOMEM;
	if (rc == 0 && mkdir(results, 0777) != 0 && errno != EEXIST)
		rc = -errno;
	if (rc == 0 &&
		(size_t)snprintf(path, sizeof(path), "%s/%s", results, DEMO_KEPT) >= sizeof(path))
		rc = -ENAMETOOLONG;
	if (rc == 0)
		rc = append_line(path, text);
	free(text);
	return rc;
}

double demo_print_plan(const struct demo *demo, FILE *out)
{
	const struct claim_test *tests = claim_table_of(demo->name);
	struct claim_cells cells;
	char text[DEMO_TEXT_MAX], bound[DEMO_PART_MAX];

	fprintf(out, "%s (about %.3g s): %s\n", demo->name, demo->seconds, demo->sentence);
	if (tests == NULL)
		return demo->seconds;
	for (const struct claim_test *test = tests; test->claim != NULL; test++) {
		if (strcmp(test->claim, demo->name) != 0)
			continue;
		claim_bound_text(test, bound, sizeof(bound));
		snprintf(text, sizeof(text), "%s %s", test->what, bound);
		print_part(out, "bound", text);
	}
	claim_cells_of(&cells, tests, demo->name);
	for (int i = 0; i < cells.count; i++) {
		char cell[DEMO_TEXT_MAX - 64];
		claim_cell_text(cells.cells[i], cell, sizeof(cell));
		if (cells.needs[i] == NEED_COUNT)
			snprintf(text, sizeof(text), "once      %s", cell);
		else
			snprintf(text, sizeof(text), "%d to %d times %s", CLAIM_PAIRS,
				CLAIM_PAIRS_MAX, cell);
		print_part(out, "measures", text);
	}
	return demo->seconds;
}
