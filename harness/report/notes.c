#include "harness/report/notes.h"

#include <stdarg.h>
#include <string.h>

int notes_add(struct notes *notes, const char *format, ...)
{
	char text[NOTE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (int i = 0; i < notes->count; i++)
		if (strcmp(notes->text[i], text) == 0)
			return i + 1;
	if (notes->count == NOTES_MAX)
		return 0;
	strcpy(notes->text[notes->count++], text);
	return notes->count;
}

void notes_write(const struct writer *writer, const struct notes *notes)
{
	for (int i = 0; i < notes->count; i++)
		write_note(writer, "(%d) %s", i + 1, notes->text[i]);
}
