/*
 * See address.h.
 */
#include "harness/address.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char variable[] = "CONCBENCH_URL", name[] = "url=";
static char replacement[] = "url=given", joined[] = "-purl=given";

static bool is_address(const char *text)
{
	return strstr(text, "://") != NULL || strchr(text, '=') != NULL;
}

int address_take(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		bool apart = strcmp(argv[i - 1], "-p") == 0;
		const char *word = argv[i];
		if (!apart && strncmp(word, "-p", 2) == 0)
			word += 2;
		else if (!apart)
			continue;
		if (strncmp(word, name, sizeof(name) - 1) != 0 ||
			!is_address(word + sizeof(name) - 1))
			continue;
		if (setenv(variable, word + sizeof(name) - 1, 1) != 0)
			return -errno;
		argv[i] = apart ? replacement : joined;
	}
	return 0;
}

const char *address_given(void)
{
	return getenv(variable);
}
