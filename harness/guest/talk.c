/*
 * Speaking with a program in lines. See talk.h.
 */
#include "harness/guest/talk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/measure/clock.h"

enum { LOOK_MS = 50, LOOK_NS = 2 * 1000 * 1000, REAP_NS = 1000 * 1000, DELETE = 0x7f };

static int fail(struct talk *talk, int rc, const char *format, const char *what)
{
	snprintf(talk->reason, sizeof(talk->reason), format, what);
	return rc;
}

/* Runs in the child; the write end of `failed` closes by itself when the program is executed. */
static void become(const char *const *argv, int in, int out, int failed, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	signal(SIGPIPE, SIG_DFL);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	execv(argv[0], (char *const *)(const void *)argv);
	int error = errno;
	if (write(failed, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

static int fork_program(struct talk *talk, const char *const *argv, int pipes[3][2])
{
	pid_t parent = getpid();
	int error = 0;

	fflush(NULL);
	talk->pid = fork();
	if (talk->pid < 0) {
		talk->pid = 0;
		return -errno;
	}
	if (talk->pid == 0)
		become(argv, pipes[0][0], pipes[1][1], pipes[2][1], parent);
	close(pipes[2][1]);
	pipes[2][1] = -1;
	ssize_t got = read(pipes[2][0], &error, sizeof(error));
	return got == (ssize_t)sizeof(error) ? -error : 0;
}

int talk_start(struct talk *talk, const char *const *argv)
{
	int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
	int rc = 0;

	talk->to = talk->from = -1;
	talk->pid = 0;
	talk->filled = talk->taken = 0;
	talk->buffer = malloc(TALK_LINE_MAX);
	if (talk->buffer == NULL)
		rc = -ENOMEM;
	for (int i = 0; i < 3 && rc == 0; i++)
		rc = pipe2(pipes[i], O_CLOEXEC) == 0 ? 0 : -errno;
	if (rc == 0)
		rc = fork_program(talk, argv, pipes);
	talk->to = pipes[0][1];
	talk->from = pipes[1][0];
	if (pipes[0][0] >= 0)
		close(pipes[0][0]);
	if (pipes[1][1] >= 0)
		close(pipes[1][1]);
	for (int i = 0; i < 2; i++)
		if (pipes[2][i] >= 0)
			close(pipes[2][i]);
	return rc == 0 ? 0 : fail(talk, rc, "could not be started: %s", strerror(-rc));
}

/* What the program's end says, for a reason. */
static void describe_end(int status, char *text, size_t bytes)
{
	if (WIFSIGNALED(status))
		snprintf(text, bytes, "was killed by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else
		snprintf(text, bytes, "ended with status %d", WEXITSTATUS(status));
}

/* It no longer speaks or listens: says why, if it has ended. */
static int tell_gone(struct talk *talk)
{
	siginfo_t info = {0};
	char text[80] = "closed its end";
	uint64_t until_ns = clock_now_ns() + 200u * REAP_NS;

	do {
		if (waitid(P_PID, (id_t)talk->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
			info.si_pid == talk->pid) {
			int status =
				info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
			describe_end(status, text, sizeof(text));
			break;
		}
		usleep(REAP_NS / 1000);
	} while (clock_now_ns() < until_ns);
	return fail(talk, -EPIPE, "the guest %s", text);
}

int talk_say(struct talk *talk, const char *line)
{
	size_t bytes = strlen(line) + 1, done = 0;
	char *text = malloc(bytes + 1);

	if (text == NULL)
		return fail(talk, -ENOMEM, "%s", "no memory for an order");
	snprintf(text, bytes + 1, "%s\n", line);
	while (done < bytes) {
		ssize_t wrote = write(talk->to, text + done, bytes - done);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			break;
		done += (size_t)wrote;
	}
	free(text);
	return done == bytes ? 0 : tell_gone(talk);
}

/* A complete line that is already there. Its words may come into a table on a terminal. */
static char *take_line(struct talk *talk)
{
	char *from = talk->buffer + talk->taken;
	char *end = memchr(from, '\n', talk->filled - talk->taken);

	if (end == NULL)
		return NULL;
	for (char *c = from; c < end; c++)
		if ((unsigned char)*c < ' ' || *c == DELETE)
			*c = '?';
	*end = '\0';
	talk->taken = (size_t)(end - talk->buffer) + 1;
	return from;
}

static int read_more(struct talk *talk)
{
	memmove(talk->buffer, talk->buffer + talk->taken, talk->filled - talk->taken);
	talk->filled -= talk->taken;
	talk->taken = 0;
	if (talk->filled == TALK_LINE_MAX)
		return fail(talk, -EMSGSIZE, "the guest wrote a line of more than %s", "256 KiB");
	ssize_t got = read(talk->from, talk->buffer + talk->filled, TALK_LINE_MAX - talk->filled);
	if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
		return tell_gone(talk);
	talk->filled += got > 0 ? (size_t)got : 0;
	return 0;
}

bool talk_pending(const struct talk *talk)
{
	struct pollfd from = {.fd = talk->from, .events = POLLIN};

	return talk->filled > talk->taken ||
	       (poll(&from, 1, 0) > 0 && (from.revents & POLLIN) != 0);
}

/* The end of the program; a pipe that its children hold open does not tell. */
static bool has_ended(const struct talk *talk)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)talk->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == talk->pid;
}

int talk_hear(struct talk *talk, uint64_t timeout_ns, char **line)
{
	uint64_t until_ns = clock_now_ns() + timeout_ns;
	int rc = 0;

	while ((*line = take_line(talk)) == NULL && rc == 0) {
		struct pollfd from = {.fd = talk->from, .events = POLLIN};
		bool ended = has_ended(talk);
		bool more = poll(&from, 1, ended ? 0 : LOOK_MS) > 0;

		/* also of one that never comes to the end of its line */
		if (talk->give_up != NULL && talk->give_up(talk->give_up_arg))
			rc = fail(talk, -ECANCELED, "%s", "the invocation ended");
		else if (timeout_ns != 0 && clock_now_ns() > until_ns)
			rc = fail(talk, -ETIMEDOUT, "%s", "the guest did not answer in time");
		else if (more)
			rc = read_more(talk);
		else if (ended)
			rc = tell_gone(talk);
	}
	return rc;
}

static void close_pipes(struct talk *talk)
{
	if (talk->to >= 0)
		close(talk->to);
	if (talk->from >= 0)
		close(talk->from);
	talk->to = talk->from = -1;
	free(talk->buffer);
	talk->buffer = NULL;
}

int talk_end(struct talk *talk, uint64_t grace_ns)
{
	uint64_t until_ns = clock_now_ns() + grace_ns;
	bool killed = false;
	int status = 0;
	pid_t ended = 0;

	close_pipes(talk);
	if (talk->pid == 0)
		return 0;
	while ((ended = waitpid(talk->pid, &status, WNOHANG)) == 0) {
		if (!killed && clock_now_ns() > until_ns) {
			kill(talk->pid, SIGKILL);
			killed = true;
		}
		usleep(LOOK_NS / 1000);
	}
	talk->pid = 0;
	if (killed)
		return fail(talk, -ETIMEDOUT, "the guest did not end %s", "when told to");
	if (ended > 0 && status != 0) {
		char text[80];

		describe_end(status, text, sizeof(text));
		return fail(talk, -ECHILD, "the guest %s", text);
	}
	return 0;
}

bool talk_left_children(void)
{
	siginfo_t info = {0};

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}
