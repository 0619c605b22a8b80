/*
 * What commands share: error lines of one form, and taking an option out.
 */
#include "harness/cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

bool cli_take_option(const char *option, int *argc, char **argv)
{
	int kept = 1, given = *argc;

	for (int i = 1; i < given; i++)
		if (strcmp(argv[i], option) != 0)
			argv[kept++] = argv[i];
	if (kept < given)
		argv[kept] = NULL;
	*argc = kept;
	return kept < given;
}
