#include "harness/advise/like.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PROCESSES_MAX = 4096, SOCKETS_MAX = 1 << 16 };

/* A service's processes at one moment. */
struct tree {
	pid_t pids[PROCESSES_MAX];
	int count;
	uint64_t sockets[SOCKETS_MAX]; /* inodes: those that several inherited are one */
	int sockets_count, threads;
	double cpu_s; /* of all of them and of what they have reaped */
};

/* CPU time and threads of one: fields 14 to 17 and 20 of stat, behind the name. */
static int read_stat(pid_t pid, double *cpu_s, int *threads)
{
	char path[64], text[1024];
	unsigned long user, system;
	long reaped_user, reaped_system;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return errno == ENOENT ? -ESRCH : -errno;
	size_t got = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[got] = '\0';
	const char *rest = strrchr(text, ')');
	if (rest == NULL || sscanf(rest + 1,
				    " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld "
				    "%*d %*d %d",
				    &user, &system, &reaped_user, &reaped_system, threads) != 5)
		return -ESRCH;
	*cpu_s = ((double)(user + system) + (double)(reaped_user + reaped_system)) /
		 (double)sysconf(_SC_CLK_TCK);
	return 0;
}

/* Its children, of all its threads; none where the kernel does not list them. */
static void add_children(struct tree *tree, pid_t pid)
{
	char path[300];
	struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	DIR *folder = opendir(path);
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		int child;
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.32s/children", (int)pid,
			entry->d_name);
		FILE *file = fopen(path, "re");
		while (file != NULL && tree->count < PROCESSES_MAX &&
			fscanf(file, "%d", &child) == 1)
			tree->pids[tree->count++] = child;
		if (file != NULL)
			fclose(file);
	}
	if (folder != NULL)
		closedir(folder);
}

static int add_sockets(struct tree *tree, pid_t pid)
{
	char path[64], target[64];
	struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	DIR *folder = opendir(path);
	if (folder == NULL)
		return errno == ENOENT ? -ESRCH : -errno;
	while ((entry = readdir(folder)) != NULL && tree->sockets_count < SOCKETS_MAX) {
		uint64_t inode;
		ssize_t length =
			readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		if (sscanf(target, "socket:[%" SCNu64 "]", &inode) == 1)
			tree->sockets[tree->sockets_count++] = inode;
	}
	closedir(folder);
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void leave_out_doubles(struct tree *tree)
{
	int kept = 0;

	qsort(tree->sockets, (size_t)tree->sockets_count, sizeof(tree->sockets[0]), by_number);
	for (int i = 0; i < tree->sockets_count; i++)
		if (kept == 0 || tree->sockets[i] != tree->sockets[kept - 1])
			tree->sockets[kept++] = tree->sockets[i];
	tree->sockets_count = kept;
}

/* A child that ends meanwhile is left out; the process itself must be there. */
static int look(struct tree *tree, pid_t pid)
{
	memset(tree, 0, sizeof(*tree));
	tree->pids[tree->count++] = pid;
	for (int i = 0; i < tree->count; i++) {
		double cpu_s = 0;
		int threads = 0, rc = read_stat(tree->pids[i], &cpu_s, &threads);
		if (rc == 0)
			rc = add_sockets(tree, tree->pids[i]);
		if (rc != 0 && (i == 0 || rc != -ESRCH))
			return rc;
		if (rc != 0)
			continue;
		tree->cpu_s += cpu_s;
		tree->threads += threads;
		add_children(tree, tree->pids[i]);
	}
	leave_out_doubles(tree);
	return 0;
}

int like_watch(pid_t pid, double seconds, struct like *like)
{
	struct timespec before, after,
		pause = {(time_t)seconds, (long)((seconds - floor(seconds)) * 1e9)};
	struct tree *tree = malloc(sizeof(*tree));

	*like = (struct like){.seconds = seconds};
	clock_gettime(CLOCK_MONOTONIC, &before);
	int rc = tree == NULL ? -ENOMEM : look(tree, pid);
	double cpu_before_s = rc == 0 ? tree->cpu_s : 0;
	if (rc == 0) {
		while (nanosleep(&pause, &pause) != 0 && errno == EINTR)
			;
		rc = look(tree, pid);
		clock_gettime(CLOCK_MONOTONIC, &after);
	}
	if (rc == 0) {
		like->seconds = (double)(after.tv_sec - before.tv_sec) +
				(double)(after.tv_nsec - before.tv_nsec) / 1e9;
		like->cpu_per_s = (tree->cpu_s - cpu_before_s) / like->seconds;
		if (like->cpu_per_s < 0) /* a child left, whom somebody else reaps */
			like->cpu_per_s = 0;
		like->processes = tree->count;
		like->threads = tree->threads;
		like->sockets = tree->sockets_count;
	}
	free(tree);
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
