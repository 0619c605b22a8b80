/*
 * For tests of generators: what happened, in order, as text. Nothing of the event loop in it.
 */
#ifndef CONCBENCH_TESTS_MODELS_ASYNC_NOTED_H
#define CONCBENCH_TESTS_MODELS_ASYNC_NOTED_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char events[4096];

static inline void __attribute__((format(printf, 1, 2))) note(const char *format, ...)
{
	size_t used = strlen(events);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(events + used, sizeof events - used, format, arguments);
	va_end(arguments);
}

static inline void forget(void)
{
	events[0] = '\0';
}

#endif
