/*
 * Reads /proc/self; see the header.
 */
#include "tests/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	ATTEMPTS = 2000, /* of 1 ms */
	PF_EXITING = 4   /* of the kernel's include/linux/sched.h, told by /proc */
};

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

/* Whether a thread leaves the kernel: it does so before whoever joins it goes on. */
static bool exits(const char *thread)
{
	char path[64], line[512];
	unsigned long flags = 0;

	snprintf(path, sizeof(path), "/proc/self/task/%.20s/stat", thread);
	FILE *file = fopen(path, "re");
	if (file == NULL) /* it has left */
		return true;
	size_t got = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[got] = '\0';
	/* The name may hold anything, so from its end: state, 5 numbers, flags. */
	const char *rest = strrchr(line, ')');
	if (rest == NULL ||
		sscanf(rest, ") %*c %*d %*d %*d %*d %*d %lu", &flags) != 1) /* left meanwhile */
		return true;
	return (flags & PF_EXITING) != 0;
}

/* Returns  how many threads there are; *exiting is set to how many of them are on their way out. */
static int threads(int *exiting)
{
	DIR *dir = opendir("/proc/self/task");
	const struct dirent *entry;
	int count = 0;

	*exiting = 0;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		count++;
		*exiting += exits(entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	return count;
}

/*
 * Threads that run or wait, without those that are joined and yet to leave the kernel. Waits for
 * these, since one that leaves while the list is read can cut it short.
 */
static int living_threads(void)
{
	int exiting, count = threads(&exiting);

	for (int i = 0; i < ATTEMPTS && exiting > 0; i++) {
		usleep(1000);
		count = threads(&exiting);
	}
	return count - exiting;
}

struct leftovers leftovers_now(void)
{
	struct leftovers now = {
		.threads = living_threads(), .descriptors = entries("/proc/self/fd")};

	if (!leftovers_sanitized())
		mappings(&now);
	return now;
}

const char *leftovers_since(const struct leftovers *before)
{
	struct leftovers now = leftovers_now();

	if (now.threads != before->threads)
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
