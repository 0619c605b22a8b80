/*
 * A dozen tasks that, each with descriptors of its own, use everything that the runtime calls the
 * kernel for.
 */
#ifndef CONCBENCH_TESTS_MODELS_ASYNC_EVERY_USE_H
#define CONCBENCH_TESTS_MODELS_ASYNC_EVERY_USE_H

#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "models/async/generator.h"
#include "models/async/lend.h"
#include "tests/models/async/failing_calls.h"
#include "tests/models/async/in_loop.h"

enum { SHORT_NS = 50000, OWN_MOST = 4 };

/* The descriptors of one task, closed when it ends, however it ends. */
struct own {
	int fds[OWN_MOST];
	int count;
};

static void close_own(struct own *own)
{
	while (own->count > 0)
		async_close(own->fds[--own->count]);
}

static void keep_own(struct own *own, int fd)
{
	own->fds[own->count++] = fd;
}

/* An error that says that the test itself is wrong; never one of those injected. */
enum { NOT_SO = -ENOTRECOVERABLE };

static int as_expected(ssize_t got, ssize_t expected)
{
	return got == expected ? 0 : got < 0 ? (int)got : NOT_SO;
}

/* Waits in vain first, so that the descriptor is registered and the loop sleeps. */
static int read_later(int fd, int from, size_t bytes)
{
	struct async_timeout limit;
	char buffer[16];
	int rc = async_timeout_begin(&limit, SHORT_NS);

	if (rc != 0)
		return rc;
	rc = as_expected(async_read(fd, buffer, sizeof buffer), -ETIMEDOUT);
	if (async_timeout_end(&limit) && rc == -ETIMEDOUT)
		rc = 0;
	if (rc == 0)
		rc = as_expected(async_write(from, "0123456789", bytes), (ssize_t)bytes);
	if (rc == 0)
		rc = as_expected(async_read(fd, buffer, sizeof buffer), (ssize_t)bytes);
	return rc;
}

static int use_pipe(void *arg)
{
	struct own own = {.count = 2};

	(void)arg;
	if (pipe2(own.fds, O_CLOEXEC) != 0)
		return NOT_SO;
	int rc = read_later(own.fds[0], own.fds[1], 5);
	if (rc == 0)
		rc = async_wait_writable(own.fds[1]);
	if (rc == 0)
		rc = as_expected(async_write(own.fds[1], "x", 1), 1);
	if (rc == 0)
		rc = async_wait_readable(own.fds[0]);
	close_own(&own);
	return rc;
}

static int use_stream(void *arg)
{
	struct own own = {.count = 2};
	struct iovec part = {"ab", 2};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	char buffer[8];
	void *lent = NULL;

	(void)arg;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, own.fds) != 0)
		return NOT_SO;
	int rc = read_later(own.fds[0], own.fds[1], 7);
	if (rc == 0)
		rc = as_expected(async_sendmsg(own.fds[1], &message, 0), 2);
	part = (struct iovec){buffer, sizeof buffer};
	if (rc == 0)
		rc = as_expected(async_recvmsg(own.fds[0], &message, 0), 2);
	if (rc == 0)
		rc = as_expected(async_write(own.fds[1], "x", 1), 1);
	if (rc == 0)
		rc = as_expected(async_recv_lend(own.fds[0], &lent), 1);
	async_release(lent);
	close_own(&own);
	return rc;
}

static int use_connections(void *arg)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct own own = {.count = 0};
	int fd = async_listen_shared(&address, sizeof address, 16), rc = fd < 0 ? fd : 0;

	(void)arg;
	if (rc == 0) {
		keep_own(&own, fd);
		if (getsockname(fd, (struct sockaddr *)&address, &(socklen_t){sizeof address}) != 0)
			rc = NOT_SO;
	}
	if (rc == 0) {
		/* the kernel's own, for `socket` is one of those that fail */
		keep_own(&own, __real_socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
		rc = async_connect(own.fds[1], (struct sockaddr *)&address, sizeof address);
	}
	if (rc == 0 && (fd = async_accept(own.fds[0], NULL, NULL)) < 0)
		rc = fd;
	if (rc == 0) {
		keep_own(&own, fd);
		rc = read_later(fd, own.fds[1], 3);
	}
	close_own(&own);
	return rc;
}

static int use_file(void *arg)
{
	char name[] = "/tmp/concbench-test-XXXXXX", buffer[8];
	struct own own = {{mkstemp(name)}, 1};

	(void)arg;
	if (own.fds[0] < 0 || unlink(name) != 0)
		return NOT_SO;
	int rc = as_expected(async_pwrite(own.fds[0], "01234567", 8, 0), 8);
	if (rc == 0)
		rc = as_expected(async_pread(own.fds[0], buffer, 8, 0), 8);
	if (rc == 0)
		rc = as_expected(async_read(own.fds[0], buffer, 8), 8);
	close_own(&own);
	return rc;
}

static int answer(void *arg)
{
	return (int)(intptr_t)arg;
}

static int use_executor(void *arg)
{
	int rc = as_expected(async_run_in_executor(answer, (void *)5), 5);

	return rc == 0 ? as_expected(async_run_in_executor(answer, arg), 0) : rc;
}

static int use_child(void *arg)
{
	int status = 0;
	pid_t pid = fork();

	(void)arg;
	if (pid < 0)
		return NOT_SO;
	if (pid == 0)
		_exit(3);
	int rc = async_wait_child(pid, &status);
	if (rc != 0)
		__real_waitpid(pid, &status, 0);
	return rc != 0 ? rc : as_expected(WEXITSTATUS(status), 3);
}

static int use_signals(void *arg)
{
	struct async_signals signals;
	sigset_t set;

	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	int rc = async_signals_open(&signals, &set);
	if (rc != 0)
		return rc;
	kill(getpid(), SIGUSR2);
	rc = as_expected(async_signals_wait(&signals), SIGUSR2);
	sigtimedwait(&set, NULL, &(struct timespec){0}); /* if the wait has failed */
	async_signals_close(&signals);
	return rc;
}

static int use_queues(void *arg)
{
	struct async_queue queue = {0};
	struct async_channel channel = {0};
	intptr_t item = 0;
	int rc = async_channel_open(&channel, 1);

	(void)arg;
	for (int i = 0; i < 20 && rc == 0; i++)
		rc = async_queue_put(&queue, i);
	for (int i = 0; i < 20 && rc == 0; i++) {
		rc = async_queue_get(&queue, &item);
		if (rc == 0)
			rc = as_expected(item, i);
	}
	struct async_case cases[] = {{.kind = ASYNC_RECEIVE, .channel = &channel},
		{.kind = ASYNC_READABLE, .fd = (int)(intptr_t)arg}};
	if (rc == 0)
		rc = as_expected(async_select(cases, 2, SHORT_NS), -ETIMEDOUT);
	if (rc == -ETIMEDOUT)
		rc = 0;
	async_queue_close(&queue);
	async_channel_free(&channel);
	return rc;
}

static void nothing(void *arg)
{
	(void)arg;
}

static int yields_once(struct generator *self, void *arg)
{
	return generator_yield(self, (intptr_t)arg, NULL);
}

static int use_memory(void *arg)
{
	struct generator *generator;
	intptr_t value;
	int rc = async_defer(nothing, arg);

	if (rc == 0)
		rc = generator_create(&generator, yields_once, (void *)7);
	if (rc != 0)
		return rc;
	rc = as_expected(generator_next(generator, &value), GENERATOR_YIELDED);
	generator_free(generator);
	return rc;
}

static int sleeps(void *arg)
{
	(void)arg;
	return async_sleep(10 * SHORT_NS);
}

static int use_time(void *arg)
{
	struct async_group group;
	int rc = async_group_open(&group);

	(void)arg;
	for (int i = 0; i < 3 && rc == 0; i++)
		rc = async_group_spawn(&group, sleeps, NULL);
	return async_group_close(&group, rc);
}

static task_fn *const uses[] = {use_pipe, use_stream, use_connections, use_file, use_executor,
	use_child, use_signals, use_queues, use_memory, use_time};
enum { USES = sizeof uses / sizeof *uses };

#endif
