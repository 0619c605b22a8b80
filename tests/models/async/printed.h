/*
 * For tests of examples: what an example prints, compared whole; the times of a timeline are taken
 * off, since only the order of events is known.
 */
#ifndef CONCBENCH_TESTS_MODELS_ASYNC_PRINTED_H
#define CONCBENCH_TESTS_MODELS_ASYNC_PRINTED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/async/examples/examples.h"
#include "tests/suite.h"

/* Takes the time off a line of a timeline: "  10 ms  text". */
static inline const char *without_time(const char *line)
{
	const char *unit = strstr(line, " ms  ");

	if (unit == NULL || strspn(line, " 0123456789") < (size_t)(unit - line))
		return line;
	return unit + strlen(" ms  ");
}

/* What an example prints, without the times; the caller frees it. */
static inline char *printed(int (*example)(FILE *out))
{
	char *text = NULL, *timeless = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(example(out), 0);
	fclose(out);
	out = open_memstream(&timeless, &bytes);
	ck_assert_ptr_nonnull(out);
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		fprintf(out, "%s\n", without_time(line));
	fclose(out);
	free(text);
	return timeless;
}

static inline void prints(int (*example)(FILE *out), const char *expected)
{
	char *text = printed(example);

	ck_assert_str_eq(text, expected);
	free(text);
}

#endif
