/*
 * Features that are to be treated as missing: see without.h.
 */
#include "harness/measure/without.h"

#include <stdlib.h>
#include <string.h>

bool without(const char *feature)
{
	const char *list = getenv("CONCBENCH_WITHOUT");
	size_t length = strlen(feature);

	while (list != NULL && *list != '\0') {
		size_t word = strcspn(list, ",");

		if (word == length && strncmp(list, feature, length) == 0)
			return true;
		list += word + (list[word] == ',');
	}
	return false;
}
