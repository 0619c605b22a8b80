#include "harness/report/notes.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the number at which a text begins; 0: with none. */
static size_t number_bytes(const char *text)
{
	size_t bytes = strspn(text, "0123456789");

	if (bytes > 0 && text[bytes] == '.' && isdigit((unsigned char)text[bytes + 1]))
		bytes += 1 + strspn(text + bytes + 1, "0123456789");
	return bytes < NOTE_NUMBER_BYTES ? bytes : 0;
}

/*
 * Whether two texts are the same but for at most one number.
 *   at  where it stands in a; -1: they are the same
 *   b   at the end: where it stands in b
 */
static bool is_alike(const char *a, const char **b, int *at)
{
	const char *x = a, *y = *b;

	*at = -1;
	while (*x != '\0' && *y != '\0') {
		size_t in_x = number_bytes(x), in_y = number_bytes(y);
		if ((in_x == 0) != (in_y == 0))
			return false;
		if (in_x == 0 && *x++ != *y++)
			return false;
		if (in_x == 0)
			continue;
		if (in_x != in_y || strncmp(x, y, in_x) != 0) {
			if (*at >= 0)
				return false;
			*at = (int)(x - a);
			*b = y;
		}
		x += in_x;
		y += in_y;
	}
	return *x == *y;
}

/* The number widens the note's range. */
static void widen(struct note *note, const char *number)
{
	size_t bytes = number_bytes(number);
	double value = strtod(number, NULL);

	if (value < strtod(note->low, NULL))
		snprintf(note->low, sizeof(note->low), "%.*s", (int)bytes, number);
	if (value > strtod(note->high, NULL))
		snprintf(note->high, sizeof(note->high), "%.*s", (int)bytes, number);
}

/* Takes a text into a note that says the same of other rows; false: it says something else. */
static bool merge(struct note *note, const char *text)
{
	const char *other = text;
	int at;

	if (!is_alike(note->text, &other, &at))
		return false;
	if (at < 0)
		return true;
	if (note->varying >= 0 && note->varying != at)
		return false;
	if (note->varying < 0) {
		const char *number = note->text + at;
		note->varying = at;
		snprintf(note->low, sizeof(note->low), "%.*s", (int)number_bytes(number), number);
		memcpy(note->high, note->low, sizeof(note->high));
	}
	widen(note, other);
	return true;
}

/* Is the row one of those that the note names? */
static bool names(const char *rows, const char *who)
{
	size_t bytes = strlen(who);

	for (const char *at = rows; (at = strstr(at, who)) != NULL; at += bytes)
		if ((at == rows || at[-1] == ' ') && (at[bytes] == '\0' || at[bytes] == ','))
			return true;
	return false;
}

static int add(struct notes *notes, const char *who, const char *text)
{
	int i = 0;

	for (; i < notes->count; i++) {
		struct note *note = &notes->notes[i];
		bool about = note->who[0] != '\0';
		if (about == (who[0] != '\0') &&
			(about ? merge(note, text) : strcmp(note->text, text) == 0))
			break;
	}
	if (i == NOTES_MAX)
		return 0;
	struct note *note = &notes->notes[i];
	size_t end = strlen(note->who);
	if (i == notes->count) {
		notes->count++;
		*note = (struct note){.varying = -1};
		end = 0;
		snprintf(note->text, sizeof(note->text), "%s", text);
	}
	if (!names(note->who, who))
		snprintf(
			note->who + end, sizeof(note->who) - end, "%s%s", end > 0 ? ", " : "", who);
	return i + 1;
}

int notes_add(struct notes *notes, const char *format, ...)
{
	char text[NOTE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return add(notes, "", text);
}

int notes_add_about(struct notes *notes, const char *who, const char *format, ...)
{
	char text[NOTE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return add(notes, who, text);
}

void notes_write(const struct writer *writer, const struct notes *notes)
{
	for (int i = 0; i < notes->count; i++) {
		const struct note *note = &notes->notes[i];
		const char *between = note->who[0] != '\0' ? ": " : "";
		if (note->varying < 0)
			write_note(writer, "(%d) %s%s%s", i + 1, note->who, between, note->text);
		else
			write_note(writer, "(%d) %s%s%.*s%s–%s%s", i + 1, note->who, between,
				note->varying, note->text, note->low, note->high,
				note->text + note->varying +
					number_bytes(note->text + note->varying));
	}
}
