/*
 * Reads /proc/self; see the header.
 */
#include "tests/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ATTEMPTS = 2000 }; /* of 1 ms */

int leftovers_sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return 1;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
	return 1;
#endif
#endif
	return 0;
}

static int entries(const char *path)
{
	DIR *dir = opendir(path);
	int count = 0;

	while (dir != NULL && readdir(dir) != NULL)
		count++;
	if (dir != NULL)
		closedir(dir);
	return count;
}

static void mappings(struct leftovers *now)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
		unsigned long start, end;
		if (strstr(line, "[heap]") != NULL || strstr(line, "[stack]") != NULL ||
			sscanf(line, "%lx-%lx", &start, &end) != 2)
			continue;
		now->mapped_bytes += end - start;
		now->mappings++;
	}
	if (maps != NULL)
		fclose(maps);
}

struct leftovers leftovers_now(void)
{
	struct leftovers now = {
		.threads = entries("/proc/self/task"), .descriptors = entries("/proc/self/fd")};

	if (!leftovers_sanitized())
		mappings(&now);
	return now;
}

const char *leftovers_since(const struct leftovers *before)
{
	struct leftovers now = leftovers_now();

	/* A joined thread stays in /proc for a moment; there may have been one before as well. */
	for (int i = 0; i < ATTEMPTS && now.threads > before->threads; i++) {
		usleep(1000);
		now = leftovers_now();
	}
	if (now.threads > before->threads)
		return "threads";
	if (now.descriptors != before->descriptors)
		return "descriptors";
	/* Neighbours of one kind may be merged differently; the bytes are what counts. */
	if (now.mapped_bytes != before->mapped_bytes)
		return "mappings";
	if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
		return "children";
	return NULL;
}
