/*
 * A bare fork: see bare.h. The program is /bin/sh, because it is everywhere, forks without touching
 * much, and is linked to hardly more than libc: what our own children have beyond its children is
 * what we have linked or mapped. The shell waits before its first fork, so that both readings are
 * of the same processes plus the children.
 */
#include "harness/selftest/bare.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/measure/memory.h"
#include "harness/measure/without.h"

enum { HOLD, GO, SAY, PIPES, FD_LEAST = 10, PATIENCE_MS = 10 * 1000 };

/* Descriptor 3 ends the children when it is closed, 4 starts them, 5 tells that each is there. */
static const char script[] = "echo >&5; read go <&4; i=0; while [ $i -lt $1 ]; do "
			     "{ echo >&5; read end <&3; } & i=$((i+1)); done; wait";

struct shell {
	pid_t pid;
	int pipes[PIPES][2]; /* to read, to write; -1: closed */
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Above the numbers that the shell is given, so that dup2 closes none of them. */
static int open_pipe(int pipe_ends[2])
{
	int low[2];

	pipe_ends[0] = pipe_ends[1] = -1;
	if (pipe2(low, O_CLOEXEC) != 0)
		return -errno;
	pipe_ends[0] = fcntl(low[0], F_DUPFD_CLOEXEC, FD_LEAST);
	pipe_ends[1] = fcntl(low[1], F_DUPFD_CLOEXEC, FD_LEAST);
	int rc = pipe_ends[0] < 0 || pipe_ends[1] < 0 ? -errno : 0;
	close(low[0]);
	close(low[1]);
	return rc;
}

static void become_shell(struct shell *shell, pid_t parent, int children)
{
	char count[16];

	snprintf(count, sizeof(count), "%d", children);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent && dup2(shell->pipes[HOLD][0], 3) == 3 &&
		dup2(shell->pipes[GO][0], 4) == 4 && dup2(shell->pipes[SAY][1], 5) == 5)
		execl("/bin/sh", "sh", "-c", script, "sh", count, (char *)NULL);
	_exit(127);
}

static int start(struct shell *shell, int children)
{
	pid_t parent = getpid();
	int rc = 0;

	for (int i = 0; i < PIPES; i++)
		shell->pipes[i][0] = shell->pipes[i][1] = -1;
	for (int i = 0; i < PIPES && rc == 0; i++)
		rc = open_pipe(shell->pipes[i]);
	shell->pid = rc == 0 ? fork() : 0;
	if (shell->pid < 0)
		return -errno;
	if (rc == 0 && shell->pid == 0)
		become_shell(shell, parent, children);
	close_end(&shell->pipes[HOLD][0]);
	close_end(&shell->pipes[GO][0]);
	close_end(&shell->pipes[SAY][1]);
	return rc;
}

/* Waits for so many of the shell's lines. */
static int hear(const struct shell *shell, int lines)
{
	struct pollfd said = {.fd = shell->pipes[SAY][0], .events = POLLIN};
	char text[64];

	while (lines > 0) {
		int ready = poll(&said, 1, PATIENCE_MS);
		ssize_t got = ready > 0 ? read(said.fd, text, sizeof(text)) : 0;

		if (ready < 0)
			return -errno;
		if (got <= 0)
			return -EPROTO;
		lines -= (int)got; /* each is a newline */
	}
	return 0;
}

static int go(const struct shell *shell)
{
	return write(shell->pipes[GO][1], "go\n", 3) == 3 ? 0 : -EPROTO;
}

/* The children end by themselves; what does not is killed. */
static void end(struct shell *shell)
{
	for (int i = 0; i < PIPES; i++) {
		close_end(&shell->pipes[i][0]);
		close_end(&shell->pipes[i][1]);
	}
	if (shell->pid <= 0)
		return;
	for (int i = 0; i < PATIENCE_MS / 10; i++) {
		if (waitpid(shell->pid, NULL, WNOHANG) == shell->pid)
			return;
		usleep(10 * 1000);
	}
	kill(-shell->pid, SIGKILL);
	waitpid(shell->pid, NULL, 0);
}

/* Files with code in it: each has one mapping that may be executed. */
static int objects_of(pid_t pid)
{
	char path[64], line[512];
	int count = 0;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	FILE *maps = fopen(path, "re");
	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL)
		count += strstr(line, " r-xp ") != NULL && strchr(line, '/') != NULL;
	if (maps != NULL)
		fclose(maps);
	return count;
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static int64_t kernel_bytes(const struct record_memory_point *point)
{
	return point->page_tables + point->kernel_stacks + point->slab;
}

int bare_fork(int children, struct bare *bare)
{
	const uint64_t settle_ns = 2000000000u;
	struct record_memory_point a, b;
	struct control_group none = {0};
	struct shell shell;

	*bare = (struct bare){0};
	int rc = start(&shell, children);
	if (rc == 0)
		rc = hear(&shell, 1);
	if (rc == 0) {
		bare->objects = objects_of(shell.pid);
		if (!without("settle"))
			(void)memory_settle(settle_ns, never, NULL);
		rc = memory_read(&a, shell.pid, &none);
	}
	if (rc == 0)
		rc = go(&shell);
	if (rc == 0)
		rc = hear(&shell, children);
	if (rc == 0)
		rc = memory_read(&b, shell.pid, &none);
	if (rc == 0 && b.processes != a.processes + children)
		rc = -EPROTO;
	if (rc == 0)
		bare->kernel_bytes = (double)(kernel_bytes(&b) - kernel_bytes(&a)) / children;
	end(&shell);
	return rc;
}
