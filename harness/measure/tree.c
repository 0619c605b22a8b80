/*
 * The process tree of the SUT: see tree.h.
 *
 * /proc/PID/task/TID/children is exact and costs one read per thread; a scan of all of /proc would
 * grow with the machine.
 */
#include "harness/measure/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

ssize_t proc_read(int folder, const char *path, char *buffer, size_t bytes)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	size_t done = 0;
	ssize_t got = 0;

	if (fd < 0)
		return -errno;
	while (done < bytes - 1 && (got = read(fd, buffer + done, bytes - 1 - done)) > 0)
		done += (size_t)got;
	int rc = got < 0 ? -errno : 0;
	close(fd);
	buffer[done] = '\0';
	return rc != 0 ? rc : (ssize_t)done;
}

int proc_open(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int64_t proc_field(const char *text, const char *key, int64_t fallback)
{
	size_t length = strlen(key);

	for (const char *at = text; at != NULL && *at != '\0';) {
		if (strncmp(at, key, length) == 0)
			return strtoll(at + length, NULL, 10);
		at = strchr(at, '\n');
		if (at != NULL)
			at++;
	}
	return fallback;
}

static int tree_append(struct tree *tree, pid_t pid)
{
	if (tree->count == tree->room) {
		int room = tree->room == 0 ? 64 : tree->room * 2;
		pid_t *pids = realloc(tree->pids, (size_t)room * sizeof(*pids));

		if (pids == NULL)
			return -ENOMEM;
		tree->pids = pids;
		tree->room = room;
	}
	tree->pids[tree->count++] = pid;
	return 0;
}

/* Appends the children one thread forked: a list of numbers, of any length. */
static int append_children(struct tree *tree, int tasks, const char *tid)
{
	char path[64];
	char buffer[4096];
	pid_t pid = 0;
	int rc = 0;
	ssize_t got;

	snprintf(path, sizeof(path), "%.20s/children", tid);
	int fd = openat(tasks, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	while (rc == 0 && (got = read(fd, buffer, sizeof(buffer))) > 0)
		for (ssize_t i = 0; i < got && rc == 0; i++) {
			if (buffer[i] >= '0' && buffer[i] <= '9') {
				pid = pid * 10 + (buffer[i] - '0');
			} else if (pid != 0) {
				rc = tree_append(tree, pid);
				pid = 0;
			}
		}
	close(fd);
	return rc;
}

static int append_children_of(struct tree *tree, pid_t pid)
{
	char path[48];
	int rc = 0;
	struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	DIR *tasks = opendir(path);
	if (tasks == NULL)
		return errno == ENOMEM ? -ENOMEM : 0;
	while (rc == 0 && (entry = readdir(tasks)) != NULL)
		if (entry->d_name[0] != '.')
			rc = append_children(tree, dirfd(tasks), entry->d_name);
	closedir(tasks);
	return rc;
}

int tree_list(struct tree *tree, pid_t root)
{
	tree->count = 0;
	int rc = tree_append(tree, root);

	for (int i = 0; i < tree->count && rc == 0; i++)
		rc = append_children_of(tree, tree->pids[i]);
	return rc;
}

void tree_release(struct tree *tree)
{
	free(tree->pids);
	*tree = (struct tree){0};
}

/* Through a pidfd, so that no stranger with a reused number is hit. */
static bool kill_below(pid_t pid, const struct tree *tree)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	char text[512];
	bool sent = false;

	if (fd < 0)
		return false;
	int folder = proc_open(pid);
	/* the descriptor pins the number: who is its parent now decides whether it is ours */
	if (folder >= 0 && proc_read(folder, "stat", text, sizeof(text)) > 0) {
		const char *end = strrchr(text, ')');
		char state = '?';
		int parent = -1;

		if (end != NULL && sscanf(end + 1, " %c %d", &state, &parent) == 2 && state != 'Z')
			for (int i = 0; i < tree->count && !sent; i++)
				sent = tree->pids[i] == parent;
	}
	if (folder >= 0)
		close(folder);
	sent = sent && syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) == 0;
	close(fd);
	return sent;
}

void tree_kill(pid_t spare)
{
	struct tree tree = {0};

	while (tree_list(&tree, getpid()) == 0) {
		bool killed = false;

		for (int i = 1; i < tree.count; i++)
			if (tree.pids[i] != spare)
				killed = kill_below(tree.pids[i], &tree) || killed;
		if (!killed)
			break;
		/* the dying need the CPU to be gone from the next list */
		usleep(1000);
	}
	tree_release(&tree);
}
