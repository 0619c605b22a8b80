/*
 * The fields of a line, and the run of its check.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/measure/clock.h"
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

void selftest_run(const struct check *check, const struct subjects *subjects, struct line *line)
{
	enum { TRIES = 3 };
	const uint64_t long_ns = 30000000000u; /* a try may take 20 s: two of them */
	uint64_t start_ns = clock_now_ns();
	double least = 1;

	for (int i = 0; i < TRIES && clock_now_ns() - start_ns < long_ns; i++) {
		struct calm calm;

		*line = (struct line){.verdict = LINE_FAILED};
		calm_begin(&calm);
		check->run(line, subjects, check->variant);
		if (check->is_computed || line->verdict != LINE_FAILED)
			return;
		double others = subjects->others(&calm);
		least = others < least ? others : least;
	}
	if (least <= CALM_MOST)
		return;
	size_t length = strlen(line->measured);
	snprintf(line->measured + length, LINE_TEXT_MAX - length,
		" (others used %.0f %% of the CPUs)", 100 * least);
	line->verdict = LINE_UNDECIDED;
}
