#include "harness/report/grid.h"

#include <assert.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/report/html.h"

enum { WIDTH_DEFAULT = 100, WIDTH_MIN = 40, GAP = 2, TEXT_MAX = 4096, COLUMNS_MAX = 64 };

/* What stands for a character where there is no UTF-8; anything else becomes '?'. */
static const struct {
	const char *utf8, *ascii;
} substitutes[] = {{"µ", "u"}, {"–", "-"}, {"×", "x"}, {"±", "+-"}, {"≈", "~"}, {"σ", "s"},
	{"·", "-"}, {"≥", ">="}, {"≤", "<="}, {"…", "..."}, {"→", "->"}};

struct writer writer_for(FILE *out, enum writer_format format)
{
	struct writer writer = {.out = out, .format = format, .width = WIDTH_DEFAULT, .utf8 = true};
	const char *columns = getenv("COLUMNS"), *term = getenv("TERM");
	struct winsize size;

	if (format != WRITER_TERMINAL)
		return writer;
	bool terminal = isatty(fileno(out));
	if (terminal && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		writer.width = size.ws_col;
	else if (columns != NULL && atoi(columns) > 0)
		writer.width = atoi(columns);
	if (writer.width < WIDTH_MIN)
		writer.width = WIDTH_MIN;
	setlocale(LC_CTYPE, "");
	writer.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	writer.colour = terminal && getenv("NO_COLOR") == NULL &&
			(term == NULL || strcmp(term, "dumb") != 0);
	return writer;
}

/* Columns a text takes: characters, not bytes; none of ours is wide. */
static int text_width(const char *text)
{
	int width = 0;

	for (; *text != '\0'; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

void text_to_ascii(char *to, size_t bytes, const char *from)
{
	size_t end = 0;

	while (*from != '\0' && end + 4 < bytes) {
		const char *with = NULL;
		size_t step = 1;
		if ((unsigned char)*from < 0x80) {
			to[end++] = *from++;
			continue;
		}
		for (size_t i = 0; i < sizeof(substitutes) / sizeof(substitutes[0]); i++) {
			size_t length = strlen(substitutes[i].utf8);
			if (strncmp(from, substitutes[i].utf8, length) == 0) {
				with = substitutes[i].ascii;
				step = length;
			}
		}
		while (with == NULL && ((unsigned char)from[step] & 0xc0) == 0x80)
			step++;
		end += (size_t)snprintf(to + end, bytes - end, "%s", with == NULL ? "?" : with);
		from += step;
	}
	to[end] = '\0';
}

/* The text as this writer can show it. */
static const char *shown(const struct writer *writer, const char *text, char *room)
{
	if (writer->utf8)
		return text;
	text_to_ascii(room, TEXT_MAX, text);
	return room;
}

int grid_init(struct grid *grid, int columns, int rows, int lead)
{
	assert(columns <= COLUMNS_MAX);
	*grid = (struct grid){.columns = columns, .rows = rows, .lead = lead};
	size_t count = (size_t)columns * (size_t)(rows + 1);
	grid->cells = calloc(count, CELL_BYTES);
	grid->values = malloc(count * sizeof(*grid->values));
	grid->heats = malloc(count * sizeof(*grid->heats));
	grid->strong = calloc((size_t)rows + 1, sizeof(*grid->strong));
	if (grid->cells == NULL || grid->values == NULL || grid->heats == NULL ||
		grid->strong == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		grid->values[i] = NAN;
		grid->heats[i] = NAN;
	}
	return 0;
}

void grid_free(struct grid *grid)
{
	free(grid->cells);
	free(grid->values);
	free(grid->heats);
	free(grid->strong);
	memset(grid, 0, sizeof(*grid));
}

static char *cell_at(const struct grid *grid, int row, int column)
{
	return grid->cells[row * grid->columns + column];
}

void grid_set(struct grid *grid, int row, int column, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(cell_at(grid, row, column), CELL_BYTES, format, arguments);
	va_end(arguments);
}

void grid_value(struct grid *grid, int row, int column, double value)
{
	grid->values[row * grid->columns + column] = value;
}

void grid_heat(struct grid *grid, int row, int column, double heat)
{
	grid->heats[row * grid->columns + column] = (float)heat;
}

const char *grid_text(const struct grid *grid, int row, int column)
{
	return cell_at(grid, row, column);
}

static bool column_empty(const struct grid *grid, int column)
{
	for (int row = 1; row <= grid->rows; row++)
		if (cell_at(grid, row, column)[0] != '\0')
			return false;
	return true;
}

void grid_squeeze(struct grid *grid)
{
	int kept = 0, columns = grid->columns;
	bool empty[COLUMNS_MAX];

	for (int column = 0; column < columns; column++)
		empty[column] = column_empty(grid, column);
	for (int column = 0; column < columns; column++)
		kept += !empty[column];
	for (int row = 0; row <= grid->rows; row++) {
		for (int column = 0, to = row * kept; column < columns; column++) {
			int from = row * columns + column;
			if (empty[column])
				continue;
			memmove(grid->cells[to], grid->cells[from], CELL_BYTES);
			grid->heats[to] = grid->heats[from];
			grid->values[to++] = grid->values[from];
		}
	}
	grid->columns = kept;
}

/* vsnprintf into a buffer of TEXT_MAX, in the writer's character set. */
static void __attribute__((format(printf, 3, 0)))
compose(const struct writer *writer, char *text, const char *format, va_list arguments)
{
	char raw[TEXT_MAX], room[TEXT_MAX];

	vsnprintf(raw, sizeof(raw), format, arguments);
	snprintf(text, TEXT_MAX, "%s", shown(writer, raw, room));
}

/* Words, wrapped; lines after the first begin with `indent` spaces. */
static void wrap(const struct writer *writer, const char *text, int used, int indent)
{
	bool begins = true;

	while (*text != '\0') {
		char word[TEXT_MAX];
		size_t bytes = strcspn(text, " ");
		snprintf(word, sizeof(word), "%.*s", (int)bytes, text);
		text += bytes + strspn(text + bytes, " ");
		int width = text_width(word);
		if (!begins && used + 1 + width > writer->width) {
			fprintf(writer->out, "\n%*s", indent, "");
			used = indent;
		} else if (!begins) {
			fputc(' ', writer->out);
			used++;
		}
		fputs(word, writer->out);
		used += width;
		begins = false;
	}
	fputc('\n', writer->out);
}

void write_heading(const struct writer *writer, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	compose(writer, text, format, arguments);
	va_end(arguments);
	if (writer->format == WRITER_MARKDOWN)
		fprintf(writer->out, "\n##%s %s\n\n", writer->depth > 0 ? "#" : "", text);
	else if (writer->format == WRITER_HTML)
		html_element(writer->out, writer->depth > 0 ? "h3" : "h2", NULL, text);
	else if (writer->format == WRITER_TSV)
		fprintf(writer->out, "# %s\n", text);
	else
		fprintf(writer->out, "\n%s%s%s\n", writer->colour ? "\033[1m" : "", text,
			writer->colour ? "\033[0m" : "");
}

void write_text(const struct writer *writer, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	compose(writer, text, format, arguments);
	va_end(arguments);
	if (writer->format == WRITER_MARKDOWN)
		fprintf(writer->out, "%s\n\n", text);
	else if (writer->format == WRITER_HTML)
		html_element(writer->out, "p", NULL, text);
	else if (writer->format == WRITER_TSV)
		fprintf(writer->out, "# %s\n", text);
	else
		wrap(writer, text, 0, 0);
}

void write_note(const struct writer *writer, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	compose(writer, text, format, arguments);
	va_end(arguments);
	if (writer->format == WRITER_MARKDOWN) {
		fprintf(writer->out, "- %s\n", text);
	} else if (writer->format == WRITER_HTML) {
		html_element(writer->out, "p", "note", text);
	} else if (writer->format == WRITER_TSV) {
		fprintf(writer->out, "# %s\n", text);
	} else {
		fputs("  ", writer->out);
		wrap(writer, text, 2, 4);
	}
}

static void write_markdown(const struct writer *writer, const struct grid *grid)
{
	for (int row = 0; row <= grid->rows; row++) {
		for (int column = 0; column < grid->columns; column++) {
			const char *mark = grid->strong[row] && column == 0 ? "**" : "";
			fputs("| ", writer->out);
			fputs(mark, writer->out);
			/* a bar would end the cell */
			for (const char *at = cell_at(grid, row, column); *at != '\0'; at++)
				fputs(*at == '|' ? "\\|" : (char[]){*at, '\0'}, writer->out);
			fprintf(writer->out, "%s ", mark);
		}
		fputs("|\n", writer->out);
		for (int column = 0; row == 0 && column < grid->columns; column++)
			fputs(column < grid->lead ? "| :--- " : "| ---: ", writer->out);
		fputs(row == 0 ? "|\n" : "", writer->out);
	}
	fputc('\n', writer->out);
}

/* No text of ours has a tab in it. */
static void write_tsv(const struct writer *writer, const struct grid *grid)
{
	for (int row = 0; row <= grid->rows; row++)
		for (int column = 0; column < grid->columns; column++)
			fprintf(writer->out, "%s%c", cell_at(grid, row, column),
				column + 1 < grid->columns ? '\t' : '\n');
}

static int column_width(const struct writer *writer, const struct grid *grid, int column)
{
	char room[TEXT_MAX];
	int widest = 0;

	for (int row = 0; row <= grid->rows; row++) {
		int width = text_width(shown(writer, cell_at(grid, row, column), room));
		widest = width > widest ? width : widest;
	}
	return widest;
}

/* Writes a cell after `blanks` blanks; returns those that are due before the next text. */
static int write_cell(
	const struct writer *writer, const struct grid *grid, int row, int column, int blanks)
{
	char room[TEXT_MAX];
	const char *text = shown(writer, cell_at(grid, row, column), room);
	int fill = column_width(writer, grid, column) - text_width(text);

	if (text[0] == '\0')
		return blanks + fill + GAP;
	/* the leading columns are words, the others figures */
	fprintf(writer->out, "%*s%s", blanks + (column < grid->lead ? 0 : fill), "", text);
	return (column < grid->lead ? fill : 0) + GAP;
}

/* The leading columns and those from .. to - 1. */
static void write_panel(const struct writer *writer, const struct grid *grid, int from, int to)
{
	for (int row = 0; row <= grid->rows; row++) {
		bool bold = writer->colour && (grid->strong[row] || row == 0);
		int blanks = 0;
		fputs(bold ? "\033[1m" : "", writer->out);
		for (int column = 0; column < to; column++)
			if (column < grid->lead || column >= from)
				blanks = write_cell(writer, grid, row, column, blanks);
		fputs(bold ? "\033[0m\n" : "\n", writer->out);
	}
}

void write_grid(const struct writer *writer, const struct grid *grid)
{
	int lead = 0;

	if (writer->format != WRITER_TERMINAL) {
		if (writer->format == WRITER_MARKDOWN)
			write_markdown(writer, grid);
		else if (writer->format == WRITER_HTML)
			html_grid(writer->out, grid);
		else
			write_tsv(writer, grid);
		return;
	}
	for (int column = 0; column < grid->lead; column++)
		lead += column_width(writer, grid, column) + GAP;
	for (int from = grid->lead, to; from < grid->columns; from = to) {
		int used = lead;
		for (to = from; to < grid->columns; to++) {
			int width = column_width(writer, grid, to) + (to > from ? GAP : 0);
			if (to > from && used + width > writer->width)
				break;
			used += width;
		}
		if (from > grid->lead)
			fputc('\n', writer->out);
		write_panel(writer, grid, from, to);
	}
}
