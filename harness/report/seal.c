#include "harness/report/seal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char seal_format[] = ",\"check\":\"%016llx\"}";

enum { SEAL_BYTES = 28 }; /* of that text, written out */

static uint64_t digest(uint64_t chain, const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		chain = (chain ^ (unsigned char)text[i]) * 0x100000001b3u;
	return chain;
}

char *seal_line(const char *line, uint64_t *chain)
{
	size_t bytes = strlen(line);
	char *sealed = bytes < 2 ? NULL : malloc(bytes + SEAL_BYTES + 1);

	if (sealed == NULL)
		return NULL;
	bytes -= 2; /* without "}\n" */
	*chain = digest(*chain, line, bytes);
	memcpy(sealed, line, bytes);
	sealed[bytes] = '\0';
	snprintf(sealed + bytes, SEAL_BYTES + 1, seal_format, (unsigned long long)*chain);
	strcat(sealed + bytes, "\n");
	return sealed;
}

int seal_take(char *line, size_t *bytes, uint64_t *chain)
{
	char expected[SEAL_BYTES + 1];

	if (*bytes <= SEAL_BYTES)
		return -EINVAL;
	size_t rest = *bytes - SEAL_BYTES;
	if (memcmp(line + rest, ",\"check\":\"", 10) != 0)
		return -EINVAL;
	uint64_t own = digest(*chain, line, rest);
	snprintf(expected, sizeof(expected), seal_format, (unsigned long long)own);
	if (memcmp(line + rest, expected, SEAL_BYTES) != 0)
		return -EBADMSG;
	*chain = own;
	line[rest] = '}';
	*bytes = rest + 1;
	return 0;
}
