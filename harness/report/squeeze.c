/*
 * See squeeze.h. One pass over tags; the start of a group waits until something comes in it.
 */
#include "harness/report/squeeze.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { WAITING_MAX = 16 };

const char squeeze_defaults[] =
	"fill=\"none\" stroke=\"currentColor\" stroke-width=\"0.8\" stroke-linejoin=\"miter\"";

struct piece {
	const char *at;
	size_t bytes;
};

struct squeeze {
	FILE *out;
	struct piece waiting[WAITING_MAX]; /* groups that have nothing in them so far */
	int waiting_count, depth;          /* depth: groups that have been written */
};

static bool begins(struct piece tag, const char *text)
{
	return tag.bytes >= strlen(text) && memcmp(tag.at, text, strlen(text)) == 0;
}

/* A path that only moves to a point: "... d='M121.65,31.40  '/>". */
static bool draws_nothing(struct piece tag)
{
	const char *data = begins(tag, "<path ") ? memmem(tag.at, tag.bytes, " d='", 4) : NULL;
	const char *end = tag.at + tag.bytes;

	if (data == NULL)
		return false;
	data += strlen(" d='");
	if (*data++ != 'M')
		return false;
	while (data < end && strchr("0123456789.,- ", *data) != NULL)
		data++;
	return data < end && *data == '\'';
}

/* Writes a number without zeros behind its point; returns how long it was. */
static size_t write_number(FILE *out, const char *at, const char *end)
{
	const char *stop = at, *point = NULL, *last;

	while (stop < end && (isdigit((unsigned char)*stop) || (*stop == '.' && point == NULL))) {
		if (*stop == '.')
			point = stop;
		stop++;
	}
	last = stop;
	if (point != NULL)
		while (last[-1] == '0' || last - 1 == point)
			if (*--last == '.')
				break;
	fwrite(at, 1, (size_t)(last - at), out);
	return (size_t)(stop - at);
}

/* A tag with one space where there were several, none at an attribute's end, and short numbers. */
static void write_tag(FILE *out, struct piece tag)
{
	const char *at = tag.at, *end = tag.at + tag.bytes;

	while (at < end) {
		if (isspace((unsigned char)*at)) {
			while (at < end && isspace((unsigned char)*at))
				at++;
			if (at < end && strchr("'\"/>", *at) == NULL)
				fputc(' ', out);
		} else if (isdigit((unsigned char)*at)) {
			at += write_number(out, at, end);
		} else {
			fputc(*at++, out);
		}
	}
}

/* An outermost group: attributes that the group around it has are left out. */
static void write_outermost(FILE *out, struct piece tag)
{
	static const char *const known[] = {" fill=\"none\"", " stroke=\"currentColor\"",
		" stroke-width=\"0.80\"", " stroke-linejoin=\"miter\""};
	const char *at = tag.at, *end = tag.at + tag.bytes;
	struct piece part = {tag.at, 0};

	while (at < end) {
		size_t skip = 0;
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]) && skip == 0; i++)
			if (begins((struct piece){at, (size_t)(end - at)}, known[i]))
				skip = strlen(known[i]);
		if (skip == 0) {
			at++;
			continue;
		}
		part.bytes = (size_t)(at - part.at);
		write_tag(out, part);
		at += skip;
		part.at = at;
	}
	part.bytes = (size_t)(end - part.at);
	write_tag(out, part);
}

static void write_waiting(struct squeeze *squeeze)
{
	for (int i = 0; i < squeeze->waiting_count; i++) {
		if (squeeze->depth == 0)
			write_outermost(squeeze->out, squeeze->waiting[i]);
		else
			write_tag(squeeze->out, squeeze->waiting[i]);
		squeeze->depth++;
	}
	squeeze->waiting_count = 0;
}

static void take_tag(struct squeeze *squeeze, struct piece tag)
{
	if (draws_nothing(tag))
		return;
	if (begins(tag, "</g>") && squeeze->waiting_count > 0) {
		squeeze->waiting_count--;
		return;
	}
	if (begins(tag, "<g>") || begins(tag, "<g ")) {
		if (squeeze->waiting_count == WAITING_MAX)
			write_waiting(squeeze);
		squeeze->waiting[squeeze->waiting_count++] = tag;
		return;
	}
	write_waiting(squeeze);
	squeeze->depth -= begins(tag, "</g>");
	write_tag(squeeze->out, tag);
}

/* What stands between two tags. */
static void take_text(struct squeeze *squeeze, struct piece text)
{
	size_t space = 0;

	while (space < text.bytes && isspace((unsigned char)text.at[space]))
		space++;
	if (space == text.bytes)
		return;
	write_waiting(squeeze);
	fwrite(text.at, 1, text.bytes, squeeze->out);
}

void squeeze_write(FILE *out, const char *text)
{
	struct squeeze squeeze = {.out = out};
	const char *start, *end;

	while ((start = strchr(text, '<')) != NULL && (end = strchr(start, '>')) != NULL) {
		take_text(&squeeze, (struct piece){text, (size_t)(start - text)});
		take_tag(&squeeze, (struct piece){start, (size_t)(end + 1 - start)});
		text = end + 1;
	}
	take_text(&squeeze, (struct piece){text, strlen(text)});
	write_waiting(&squeeze);
}
