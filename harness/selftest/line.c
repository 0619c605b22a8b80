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

/* Two minutes are promised; a try that hangs takes HANG_S more than planned (invoke.c). */
enum { ALL_S = 120, HANG_S = 8 };

static const uint64_t second_ns = 1000000000u;

static uint64_t planned_ns(const struct check *check)
{
	return (uint64_t)check->seconds * second_ns;
}

void patience_begin(struct patience *patience, const char *part)
{
	*patience = (struct patience){
		.now_ns = clock_now_ns, .until_ns = clock_now_ns() + (ALL_S - HANG_S) * second_ns};
	for (const struct check *check = selftest_checks; check->part != NULL; check++)
		if (part == NULL || strcmp(part, check->part) == 0)
			patience->first_ns += planned_ns(check);
}

/* Is there time for a try that takes so long, and for the first ones of the lines to come? */
static bool fits(const struct patience *patience, uint64_t took_ns)
{
	return patience->now_ns() + took_ns + patience->first_ns <= patience->until_ns;
}

void selftest_run(const struct check *check, const struct subjects *subjects,
	struct patience *patience, struct line *line)
{
	enum { TRIES = 3 };
	uint64_t took_ns = planned_ns(check);
	double least = 1;

	*line = (struct line){.verdict = LINE_UNDECIDED};
	patience->first_ns -= took_ns < patience->first_ns ? took_ns : patience->first_ns;
	if (!check->is_computed && patience->now_ns() + took_ns > patience->until_ns) {
		line_expected(line, "an answer");
		line_measured(line, "nothing: the lines before took too long");
		line_tolerance(line, "%d s in all", ALL_S);
		return;
	}
	for (int i = 0; i < TRIES && (i == 0 || fits(patience, took_ns)); i++) {
		uint64_t start_ns = patience->now_ns();
		struct calm calm;

		*line = (struct line){.verdict = LINE_FAILED};
		calm_begin(&calm);
		check->run(line, subjects, check->variant);
		if (check->is_computed || line->verdict != LINE_FAILED)
			return;
		double others = subjects->others(&calm);
		least = others < least ? others : least;
		took_ns = patience->now_ns() - start_ns;
	}
	if (least <= CALM_MOST)
		return;
	size_t length = strlen(line->measured);
	snprintf(line->measured + length, LINE_TEXT_MAX - length,
		" (others used %.0f %% of the CPUs)", 100 * least);
	line->verdict = LINE_UNDECIDED;
}
