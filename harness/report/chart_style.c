#include "harness/report/chart_style.h"

#include <stdlib.h>
#include <string.h>

#include "harness/report/html.h"
#include "harness/report/squeeze.h"

/* Colours that tell the families apart by hue and the models of a family by lightness, on white and
   on black; points differ too, for those who see no hue. */
static const struct {
	const char *model;
	unsigned colour;
	int point;
} styles[] = {
	{"sequential", 0x8a8f98, 1},
	{"async", 0x2f7ed8, 7},
	{"async-uring", 0x16a3b8, 5},
	{"async-multi", 0x6a5acd, 9},
	{"async-offload", 0x6baed6, 11},
	{"async-polling", 0x9ecae1, 13},
	{"async-stackless", 0x3b5bdb, 15},
	{"threads", 0xe67e22, 5},
	{"thread-pool", 0xf2b134, 4},
	{"threads-gil", 0xb9770e, 8},
	{"processes", 0x2e9e5b, 9},
	{"process-pool", 0x7fbf5a, 8},
};

static const unsigned strangers[] = {0xc2185b, 0x8e44ad, 0x00838f, 0xa1887f, 0xd4ac0d};

enum {
	STYLES = sizeof(styles) / sizeof(styles[0]),
	STRANGERS = sizeof(strangers) / sizeof(strangers[0])
};

static int style_of(const char *model)
{
	for (int i = 0; i < STYLES; i++)
		if (strcmp(styles[i].model, model) == 0)
			return i;
	return -1;
}

/* The same for the same name. */
static unsigned hash(const char *text)
{
	unsigned sum = 0;

	for (; *text != '\0'; text++)
		sum = sum * 31 + (unsigned char)*text;
	return sum;
}

unsigned chart_colour(const char *model)
{
	int style = style_of(model);

	return style >= 0 ? styles[style].colour : strangers[hash(model) % STRANGERS];
}

int chart_point(const char *model)
{
	int style = style_of(model);

	return style >= 0 ? styles[style].point : 2 + (int)(hash(model) % 3);
}

void chart_quote(FILE *script, const char *text)
{
	fputc('"', script);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\' || *text == '`')
			fputc('\\', script);
		fputc(*text == '\n' ? ' ' : *text, script);
	}
	fputc('"', script);
}

void chart_style(const struct chart *chart, int number, bool png, FILE *script)
{
	fputs("reset\nset encoding utf8\n", script);
	if (png)
		fprintf(script, "set terminal pngcairo size %d,%d font \"sans,18\" enhanced\n",
			2 * chart->width, 2 * chart->height);
	else
		fprintf(script,
			"set terminal svg size %d,%d dynamic name \"n%d\" font \"sans,12\" "
			"noenhanced\n",
			chart->width, chart->height, number);
	if (png) {
		fputs("set title ", script);
		chart_quote(script, chart->title);
		fputs(" noenhanced\n", script);
	}
	fputs("set border 3 lc rgb \"#000000\" lw 0.8\nset tics nomirror out scale 0.5\n"
	      "set grid back lc rgb \"#a0a0a0\" lw 0.4 dt 1\nset style fill solid 0.9 noborder\n"
	      "set key left Left reverse width 1 samplen 2 spacing 1.1\nset errorbars 1.2\n",
		script);
}

/* Copies the drawing with the words of `replaced` exchanged and titles of gnuplot's own left out.
 */
static void copy_adapted(FILE *out, const char *at, const char *end, int number)
{
	static const struct {
		const char *from, *to;
	} replaced[] = {{"'rgb(  0,   0,   0)'", "'currentColor'"}, {"'black'", "'currentColor'"},
		{"\"black\"", "\"currentColor\""}, {"\"rgb(0,0,0)\"", "\"currentColor\""},
		{"\"rgb(  0,   0,   0)\"", "\"currentColor\""}, {" font-family=\"sans\"", ""},
		{"color=\"currentColor\" ", ""}, {" stroke-linecap=\"butt\"", ""}};
	static const char canvas[] = "gnuplot_canvas";

	while (at < end) {
		bool done = false;
		if (strncmp(at, "<title>", 7) == 0 || strncmp(at, "<desc>", 6) == 0) {
			const char *close = strstr(at, at[1] == 't' ? "</title>" : "</desc>");
			at = close == NULL ? end : close + (at[1] == 't' ? 8 : 7);
			continue;
		}
		for (size_t i = 0; i < sizeof(replaced) / sizeof(replaced[0]) && !done; i++) {
			size_t length = strlen(replaced[i].from);
			if (strncmp(at, replaced[i].from, length) == 0) {
				fputs(replaced[i].to, out);
				at += length;
				done = true;
			}
		}
		if (!done && strncmp(at, canvas, strlen(canvas)) == 0) {
			fprintf(out, "c%d", number);
			at += strlen(canvas);
			done = true;
		}
		if (!done)
			fputc(*at++, out);
	}
}

/* Points are defined alike in every drawing: once is enough for a document. */
void chart_definitions(const struct chart *chart, FILE *out)
{
	const char *start = strstr(chart->drawing, "<defs>"), *end;

	if (start == NULL || (end = strstr(start, "<filter")) == NULL)
		return;
	fprintf(out,
		"<svg width=\"0\" height=\"0\" class=\"points\" "
		"aria-hidden=\"true\">%.*s</defs></svg>\n",
		(int)(end - start), start);
}

void chart_inline(const struct chart *chart, int number, FILE *out)
{
	const char *start = strstr(chart->drawing, "<svg"), *end;

	if (start == NULL || (start = strchr(start, '>')) == NULL ||
		(end = strstr(start, "</svg>")) == NULL)
		return;
	fprintf(out,
		"<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"c%d-text\">"
		"<title id=\"c%d-text\">",
		chart->width, chart->height, number, number);
	html_text(out, chart->text);
	fputs("</title>", out);
	const char *drawn = strstr(start, "</defs>");
	char *adapted = NULL;
	size_t bytes = 0;
	FILE *memory = open_memstream(&adapted, &bytes);
	if (memory != NULL) {
		copy_adapted(
			memory, drawn == NULL ? start + 1 : drawn + strlen("</defs>"), end, number);
		if (fclose(memory) == 0 && adapted != NULL) {
			fprintf(out, "<g %s>", squeeze_defaults);
			squeeze_write(out, adapted);
		}
		free(adapted);
	}
	fputs("</svg>", out);
}
