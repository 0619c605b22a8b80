/*
 * Signals, children and names.
 */
#include "models/async/process.h"

#include <errno.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models/async/executor.h"
#include "models/async/io.h"

int async_signals_open(struct async_signals *signals, const sigset_t *set)
{
	int rc = -pthread_sigmask(SIG_BLOCK, set, &signals->before);

	if (rc != 0)
		return rc;
	signals->fd = signalfd(-1, set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals->fd < 0) {
		rc = -errno;
		pthread_sigmask(SIG_SETMASK, &signals->before, NULL);
	}
	return rc;
}

void async_signals_close(struct async_signals *signals)
{
	if (signals->fd < 0)
		return;
	async_close(signals->fd);
	signals->fd = -1;
	pthread_sigmask(SIG_SETMASK, &signals->before, NULL);
}

int async_signals_wait(struct async_signals *signals)
{
	struct signalfd_siginfo info;
	ssize_t got = async_read(signals->fd, &info, sizeof info);

	return got < 0 ? (int)got : (int)info.ssi_signo;
}

int async_wait_child(pid_t pid, int *status)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0)
		return errno == ESRCH || errno == EINVAL ? -ECHILD : -errno;
	int rc = async_wait_readable(fd);
	async_close(fd);
	if (rc != 0)
		return rc;
	pid_t reaped;
	do
		reaped = waitpid(pid, status, 0);
	while (reaped < 0 && errno == EINTR);
	return reaped < 0 ? -errno : 0;
}

struct question {
	const char *host, *service;
	const struct addrinfo *hints;
	struct addrinfo **result;
	int answer;
};

static int ask(void *arg)
{
	struct question *question = arg;

	question->answer =
		getaddrinfo(question->host, question->service, question->hints, question->result);
	return 0;
}

int async_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
	struct addrinfo **result)
{
	struct question question = {host, service, hints, result, 0};
	int rc = async_run_in_executor(ask, &question);

	return rc != 0 ? -1000 + rc : question.answer;
}
