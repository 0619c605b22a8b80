/*
 * The fields of a line.
 */
#include <stdarg.h>
#include <stdio.h>

#include "harness/selftest/selftest.h"

static void write_text(char text[LINE_TEXT_MAX], const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static void write_text(char text[LINE_TEXT_MAX], const char *format, va_list arguments)
{
	vsnprintf(text, LINE_TEXT_MAX, format, arguments);
}

void line_expected(struct line *line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_text(line->expected, format, arguments);
	va_end(arguments);
}

void line_measured(struct line *line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_text(line->measured, format, arguments);
	va_end(arguments);
}

void line_tolerance(struct line *line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_text(line->tolerance, format, arguments);
	va_end(arguments);
}

void line_judge(struct line *line, bool passed)
{
	line->verdict = passed ? LINE_OK : LINE_FAILED;
}
