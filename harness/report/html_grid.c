/*
 * Grids and texts as HTML.
 */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "harness/report/html.h"

void html_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

void html_element(FILE *out, const char *name, const char *class, const char *text)
{
	fprintf(out, "<%s", name);
	if (class != NULL)
		fprintf(out, " class=\"%s\"", class);
	fputc('>', out);
	html_text(out, text);
	fprintf(out, "</%s>\n", name);
}

void html_anchor(char *anchor, size_t bytes, const char *text)
{
	size_t end = 0;

	for (; *text != '\0' && end + 1 < bytes; text++) {
		if (isalnum((unsigned char)*text))
			anchor[end++] = (char)tolower((unsigned char)*text);
		else if (end > 0 && anchor[end - 1] != '-')
			anchor[end++] = '-';
	}
	while (end > 0 && anchor[end - 1] == '-')
		end--;
	anchor[end] = '\0';
}

/* Words decide whether a cell shows a figure or says why there is none. */
static bool is_figure(const struct grid *grid, int row, int column)
{
	return isfinite(grid->values[row * grid->columns + column]);
}

/* The roles stand there because a table laid out as cards is none any more to a screen reader. */
static void write_head(FILE *out, const struct grid *grid)
{
	fputs("<thead role=\"rowgroup\"><tr role=\"row\">", out);
	for (int column = 0; column < grid->columns; column++) {
		fprintf(out, "<th role=\"columnheader\" scope=\"col\" aria-sort=\"none\"%s>",
			column < grid->lead ? " class=\"word\"" : "");
		fputs("<button type=\"button\">", out);
		html_text(out, grid_text(grid, 0, column));
		fputs("</button></th>", out);
	}
	fputs("</tr></thead>\n", out);
}

/* An interval stands back behind its figure. */
static void write_cell_text(FILE *out, const char *text)
{
	const char *interval = strstr(text, " [");

	if (interval == NULL) {
		html_text(out, text);
		return;
	}
	for (const char *at = text; at < interval; at++)
		html_text(out, (char[]){*at, '\0'});
	fputs("<span class=\"interval\">", out);
	html_text(out, interval);
	fputs("</span>", out);
}

static void write_cell(FILE *out, const struct grid *grid, int row, int column)
{
	const char *text = grid_text(grid, row, column);
	float heat = grid->heats[row * grid->columns + column];

	if (column == 0) {
		fputs("<th role=\"rowheader\" scope=\"row\" class=\"word\">", out);
		html_text(out, text);
		fputs("</th>", out);
		return;
	}
	fputs("<td role=\"cell\"", out);
	if (column < grid->lead)
		fputs(" class=\"word\"", out);
	else if (isfinite(heat))
		fprintf(out, " class=\"heat\" style=\"--heat-of:%.3f\"",
			(double)(heat < 0   ? 0
				 : heat > 1 ? 1
					    : heat));
	else if (text[0] != '\0' && !is_figure(grid, row, column))
		fputs(" class=\"none\"", out);
	fputs(" data-h=\"", out);
	html_text(out, grid_text(grid, 0, column));
	fputc('"', out);
	if (is_figure(grid, row, column))
		fprintf(out, " data-v=\"%.9g\"", grid->values[row * grid->columns + column]);
	fputc('>', out);
	write_cell_text(out, text);
	fputs("</td>", out);
}

void html_grid(FILE *out, const struct grid *grid)
{
	fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"table\">"
	      "<table role=\"table\">\n",
		out);
	write_head(out, grid);
	fputs("<tbody role=\"rowgroup\">\n", out);
	for (int row = 1; row <= grid->rows; row++) {
		fprintf(out, "<tr role=\"row\"%s>", grid->strong[row] ? " class=\"best\"" : "");
		for (int column = 0; column < grid->columns; column++)
			write_cell(out, grid, row, column);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}
