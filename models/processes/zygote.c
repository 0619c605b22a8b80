/*
 * The zygote serves one request at a time, over a packet socket: fork, or wait. Its owner waits for
 * the answer in both cases, so it may block in waitpid.
 */
#include "models/processes/zygote.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct request {
	int (*body)(void *arg); /* NULL: wait for a child */
	void *arg;
};

struct answer {
	int error;
	pid_t pid;
	int status;
};

struct birth {
	int socket;
	int owners_socket;
	struct request request;
};

static int be_child(void *arg)
{
	struct birth *birth = arg;

	close(birth->socket);
	return birth->request.body(birth->request.arg);
}

static void wait_for_child(struct answer *answer)
{
	do
		answer->pid = waitpid(-1, &answer->status, 0);
	while (answer->pid < 0 && errno == EINTR);
	if (answer->pid < 0)
		answer->error = -errno;
}

static int be_zygote(void *arg)
{
	struct birth *birth = arg;
	struct sigaction before;

	close(birth->owners_socket);
	process_want_children(&before);
	while (recv(birth->socket, &birth->request, sizeof(birth->request), 0) ==
		(ssize_t)sizeof(birth->request)) {
		struct answer answer = {0};
		if (birth->request.body != NULL)
			answer.error = process_fork(be_child, birth, &answer.pid);
		else
			wait_for_child(&answer);
		if (send(birth->socket, &answer, sizeof(answer), MSG_NOSIGNAL) < 0)
			break;
	}
	return 0;
}

int zygote_open(struct zygote *zygote)
{
	int sockets[2];

	zygote->socket = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
		return -errno;
	struct birth birth = {.socket = sockets[1], .owners_socket = sockets[0]};
	int rc = process_fork(be_zygote, &birth, &zygote->pid);
	close(sockets[1]);
	if (rc != 0)
		close(sockets[0]);
	else
		zygote->socket = sockets[0];
	return rc;
}

static int ask(struct zygote *zygote, const struct request *request, struct answer *answer)
{
	ssize_t got;

	if (send(zygote->socket, request, sizeof(*request), MSG_NOSIGNAL) < 0)
		return -EPIPE;
	do
		got = recv(zygote->socket, answer, sizeof(*answer), 0);
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)sizeof(*answer) ? answer->error : -EPIPE;
}

int zygote_spawn(struct zygote *zygote, int (*body)(void *arg), void *arg, pid_t *pid)
{
	struct answer answer;
	int rc = ask(zygote, &(struct request){body, arg}, &answer);

	if (rc == 0)
		*pid = answer.pid;
	return rc;
}

int zygote_wait(struct zygote *zygote, pid_t *pid, int *status)
{
	struct answer answer;
	int rc = ask(zygote, &(struct request){NULL, NULL}, &answer);

	if (rc == 0) {
		*pid = answer.pid;
		*status = answer.status;
	}
	return rc;
}

void zygote_close(struct zygote *zygote)
{
	if (zygote->socket < 0)
		return;
	close(zygote->socket);
	zygote->socket = -1;
	while (waitpid(zygote->pid, NULL, 0) < 0 && errno == EINTR)
		;
}
