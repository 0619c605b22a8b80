/*
 * Error lines of the command line: one form for all commands.
 */
#include "harness/cli/cli.h"

#include <stdarg.h>
#include <stdio.h>

static void print_error(const char *command, const char *format, va_list arguments)
{
	/* what was printed so far belongs before the error, also when both go to one file */
	fflush(stdout);
	fprintf(stderr, "concbench: ");
	if (command != NULL)
		fprintf(stderr, "%s: ", command);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void cli_error(const char *command, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_error(command, format, arguments);
	va_end(arguments);
}

int cli_wrong_use(const char *command, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_error(command, format, arguments);
	va_end(arguments);
	return EXIT_WRONG_USE;
}
