#include "harness/advise/like.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* User and system time in seconds, and threads: fields 14, 15 and 20 of stat, behind the name. */
static int read_stat(pid_t pid, double *cpu_s, int *threads)
{
	char path[64], text[1024];
	unsigned long user, system;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return errno == ENOENT ? -ESRCH : -errno;
	size_t got = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[got] = '\0';
	const char *rest = strrchr(text, ')');
	if (rest == NULL ||
		sscanf(rest + 1,
			" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %d",
			&user, &system, threads) != 3)
		return -ESRCH;
	*cpu_s = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
	return 0;
}

static int count_sockets(pid_t pid, int *sockets)
{
	char path[64], target[64];
	struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	DIR *folder = opendir(path);
	if (folder == NULL)
		return errno == ENOENT ? -ESRCH : -errno;
	*sockets = 0;
	while ((entry = readdir(folder)) != NULL) {
		ssize_t length =
			readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		*sockets += strncmp(target, "socket:", 7) == 0;
	}
	closedir(folder);
	return 0;
}

int like_watch(pid_t pid, double seconds, struct like *like)
{
	struct timespec before, after,
		pause = {(time_t)seconds, (long)((seconds - floor(seconds)) * 1e9)};
	double cpu_before = 0, cpu_after = 0;

	*like = (struct like){.seconds = seconds};
	clock_gettime(CLOCK_MONOTONIC, &before);
	int rc = read_stat(pid, &cpu_before, &like->threads);
	if (rc == 0)
		rc = count_sockets(pid, &like->sockets);
	if (rc != 0)
		return rc;
	while (nanosleep(&pause, &pause) != 0 && errno == EINTR)
		;
	rc = read_stat(pid, &cpu_after, &like->threads);
	clock_gettime(CLOCK_MONOTONIC, &after);
	like->seconds = (double)(after.tv_sec - before.tv_sec) +
			(double)(after.tv_nsec - before.tv_nsec) / 1e9;
	like->cpu_per_s = (cpu_after - cpu_before) / like->seconds;
	return rc;
}

void like_complete(const struct like *like, struct request *request)
{
	double compute_s = like->cpu_per_s / (double)request->rate;

	if (request->compute_ns == 0)
		request->compute_ns = (uint64_t)(compute_s * 1e9);
	if (request->concurrency == 0)
		request->concurrency =
			like->sockets > like->threads ? like->sockets : like->threads;
	if (request->wait_ns == 0) {
		double busy_s = (double)request->concurrency / (double)request->rate;
		double wait_s = busy_s - (double)request->compute_ns / 1e9;
		request->wait_ns = wait_s > 0 ? (uint64_t)(wait_s * 1e9) : 0;
		/* as many as wait on average cannot all be in progress: room for the law */
		request->concurrency += request->concurrency / 4 + 1;
	}
}
