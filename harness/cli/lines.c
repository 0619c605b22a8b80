#include "harness/cli/lines.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/report/grid.h"

enum { GAP = 2, LEFT = 2 /* thirds: farther right there is no room for a column */ };

/* Columns of so many bytes: characters, none of ours is wide. */
static int columns_of(const char *text, size_t bytes)
{
	int columns = 0;

	for (size_t i = 0; i < bytes; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

/* Where lines after the first begin: see lines.h. */
static int hanging_column(const char *line, size_t bytes, int width)
{
	size_t indent = strspn(line, " ");
	int hanging = indent > 0 ? (int)indent + GAP : 0;

	for (size_t at = indent; at < bytes; at++) {
		size_t gap = strspn(line + at, " ");
		if (gap == 0 || at + gap >= bytes)
			continue;
		at += gap;
		int column = columns_of(line, at);
		if (gap >= GAP && column <= width / 3 * LEFT)
			hanging = column;
	}
	return hanging;
}

/* The line that is being filled. */
struct filling {
	FILE *out;
	int width, hanging, used;
	bool open; /* something stands in it */
};

static void put_word(struct filling *filling, const char *word, size_t bytes, int blanks)
{
	int columns = columns_of(word, bytes);

	if (filling->used > filling->hanging && filling->used + blanks + columns > filling->width) {
		fprintf(filling->out, "\n%*s", filling->hanging, "");
		filling->used = filling->hanging;
		blanks = 0;
	}
	fprintf(filling->out, "%*s", blanks, "");
	fwrite(word, 1, bytes, filling->out);
	filling->used += blanks + columns;
	filling->open = true;
}

/* The blanks between words stay as many as they are, except where a line ends. */
static void put_words(struct filling *filling, const char *text, size_t bytes, int blanks)
{
	const char *end = text + bytes;

	while (text < end) {
		size_t gap = strspn(text, " ");
		if (text + gap >= end)
			return;
		text += gap;
		size_t word = strcspn(text, " \n");
		put_word(filling, text, word, blanks + (int)gap);
		text += word;
		blanks = 0;
	}
}

static void end_line(struct filling *filling)
{
	if (filling->open)
		fputc('\n', filling->out);
	filling->open = false;
	filling->used = 0;
}

void lines_write(FILE *out, int width, const char *text)
{
	struct filling filling = {.out = out, .width = width};

	while (*text != '\0') {
		size_t bytes = strcspn(text, "\n"), indent = strspn(text, " ");
		bool goes_on = filling.open && filling.hanging > 0 &&
			       (int)indent == filling.hanging && indent < bytes;
		if (goes_on) {
			put_words(&filling, text + indent, bytes - indent, 1);
		} else {
			end_line(&filling);
			filling.hanging = hanging_column(text, bytes, width);
			put_words(&filling, text, bytes, 0);
			if (indent >= bytes)
				fputs(text[bytes] == '\n' ? "\n" : "", out);
		}
		text += bytes;
		if (*text == '\n' && *++text == '\0')
			end_line(&filling);
	}
}

static void print(const struct writer *writer, int width, const char *text)
{
	char *ascii = NULL;

	if (!writer->utf8) {
		/* what stands for a character is at most three long */
		size_t room = 3 * strlen(text) + 8;
		ascii = malloc(room);
		if (ascii != NULL)
			text_to_ascii(ascii, room, text);
	}
	lines_write(stdout, width, ascii != NULL ? ascii : text);
	free(ascii);
}

int cli_print_help(const char *text)
{
	struct writer writer = writer_for(stdout, WRITER_TERMINAL);

	print(&writer, writer.width, text);
	return EXIT_FINE;
}

int cli_print(const char *format, ...)
{
	struct writer writer = writer_for(stdout, WRITER_TERMINAL);
	bool wide = !isatty(STDOUT_FILENO) && getenv("COLUMNS") == NULL;
	va_list arguments;
	char *text;

	va_start(arguments, format);
	int bytes = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (bytes < 0)
		return -ENOMEM;
	print(&writer, wide ? INT_MAX / 2 : writer.width, text);
	free(text);
	return 0;
}
