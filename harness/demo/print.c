/*
 * A demonstration's result as text and as JSON.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/demo/demo.h"

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

int demo_print_json(const struct demo *demo, const struct demo_result *result, FILE *out)
{
	json_t *figures = json_array();

	for (int i = 0; i < result->figures_count; i++)
		json_array_append_new(figures, json_figure(&result->figures[i]));
	json_t *object = json_pack("{s:s,s:s,s:s,s:s,s:f,s:s,s:s,s:s,s:o,s:o,s:s?}", "name",
		demo->name, "group", demo_group_names[demo->group], "sentence", demo->sentence,
		"explanation", demo->explanation, "took_s", result->took_s, "verdict",
		demo_verdict_names[result->verdict], "expected", result->expected, "measured",
		result->measured, "parts", json_parts(result), "figures", figures, "story",
		result->story);
	char *text = json_dumps(object, JSON_COMPACT);

	json_decref(object);
	if (text == NULL)
		return -ENOMEM;
	fprintf(out, "%s\n", text);
	fflush(out);
	free(text);
	return 0;
}
