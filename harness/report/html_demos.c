/*
 * The demonstrations in the HTML report: the lectures' examples with their timelines, the claims
 * with what decided them, the lies with the wrong figure beside the right one. They are results
 * that `concbench demo` kept beside the runs; what was not run is named, with the command that runs
 * it.
 */
#include "harness/report/html_demos.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/html.h"

/* Groups in the order of the document: name in the file, heading, what to type. */
static const struct {
	const char *group, *title, *command;
} groups[] = {
	{"claims", "Claims", "concbench demo claims"},
	{"examples", "Examples", "concbench demo examples"},
	{"lies", "Lies", "concbench demo lies"},
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

/* A line of the file takes the place of an earlier one of the same name. */
static void keep(json_t *results, json_t *result)
{
	const char *name = text_of(result, "name");

	for (size_t i = 0; i < json_array_size(results); i++)
		if (strcmp(text_of(json_array_get(results, i), "name"), name) == 0) {
			json_array_set(results, i, result);
			return;
		}
	json_array_append(results, result);
}

/* What was kept, one result per name; a line that is none is left out. NULL: nothing. */
static json_t *read_results(const char *path)
{
	FILE *file = path[0] == '\0' ? NULL : fopen(path, "re");
	json_t *results = file == NULL ? NULL : json_array();
	char *line = NULL;
	size_t room = 0;

	while (results != NULL && getline(&line, &room, file) > 0) {
		json_t *result = json_loads(line, 0, NULL);
		if (text_of(result, "name")[0] != '\0')
			keep(results, result);
		json_decref(result);
	}
	free(line);
	if (file != NULL)
		fclose(file);
	return results;
}

/* Comparisons of a claim. */
static int write_parts(const json_t *result, FILE *out)
{
	static const char *const heads[] = {"what", "bound", "measured", "verdict"};
	enum { COLUMNS = sizeof(heads) / sizeof(heads[0]) };
	const json_t *parts = json_object_get(result, "parts");
	int count = (int)json_array_size(parts);
	struct grid grid;

	if (count == 0)
		return 0;
	int rc = grid_init(&grid, COLUMNS, count, COLUMNS);
	for (int column = 0; column < COLUMNS && rc == 0; column++) {
		grid_set(&grid, 0, column, "%s", column == 0 ? "comparison" : heads[column]);
		for (int row = 0; row < count; row++)
			grid_set(&grid, row + 1, column, "%s",
				text_of(json_array_get(parts, (size_t)row), heads[column]));
	}
	if (rc == 0)
		html_grid(out, &grid);
	grid_free(&grid);
	return rc;
}

static void write_figures(const json_t *result, FILE *out)
{
	const json_t *figures = json_object_get(result, "figures");
	size_t i;
	const json_t *figure;

	if (json_array_size(figures) == 0)
		return;
	fputs("<ul class=\"figures\">\n", out);
	json_array_foreach(figures, i, figure)
	{
		const char *role = text_of(figure, "role");
		fputs("<li><strong>", out);
		if (strcmp(role, "figure") != 0)
			fprintf(out, "%s: ", strcmp(role, "wrong") == 0 ? "wrong" : "right");
		html_text(out, text_of(figure, "text"));
		fputs("</strong> ", out);
		html_text(out, text_of(figure, "what"));
		fputs("</li>\n", out);
	}
	fputs("</ul>\n", out);
}

static void write_labelled(const json_t *result, const char *key, const char *label, FILE *out)
{
	const char *text = text_of(result, key);

	if (text[0] == '\0')
		return;
	fprintf(out, "<p>%s: ", label);
	html_text(out, text);
	fputs("</p>\n", out);
}

static int write_result(const json_t *result, FILE *out)
{
	const char *story = text_of(result, "story");

	fputs("<details class=\"demo\"><summary>", out);
	html_text(out, text_of(result, "name"));
	fputs(": ", out);
	html_text(out, text_of(result, "sentence"));
	fputs(" <strong>", out);
	html_text(out, text_of(result, "verdict"));
	fputs("</strong></summary>\n", out);
	int rc = write_parts(result, out);
	if (story[0] != '\0')
		html_element(out, "pre", "timeline", story + (story[0] == '\n'));
	write_figures(result, out);
	write_labelled(result, "expected", "predicted", out);
	write_labelled(result, "measured", "measured", out);
	html_element(out, "p", NULL, text_of(result, "explanation"));
	fputs("<p class=\"origin\">", out);
	html_text(out, text_of(result, "at"));
	fputs(", on ", out);
	html_text(out, text_of(result, "host"));
	fputs("</p>\n</details>\n", out);
	return rc;
}

int html_demos(FILE *out, const char *path)
{
	json_t *results = read_results(path);
	int rc = 0;

	fputs("<section id=\"demos\">\n<h2>The lectures' claims, examples and classic "
	      "mistakes</h2>\n",
		out);
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		int count = 0;
		size_t at;
		const json_t *result;
		html_element(out, "h3", NULL, groups[i].title);
		json_array_foreach(results, at, result)
		{
			if (strcmp(text_of(result, "group"), groups[i].group) != 0)
				continue;
			rc = rc == 0 ? write_result(result, out) : rc;
			count++;
		}
		if (count > 0)
			continue;
		fputs("<p>None was run here: ", out);
		html_element(out, "code", NULL, groups[i].command);
		fputs("</p>\n", out);
	}
	fputs("</section>\n", out);
	json_decref(results);
	return rc;
}
