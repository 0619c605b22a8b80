/*
 * For fault injection in the runtime: the n-th call of a function fails, and who made it is noted.
 * Beside tests/faults.h, whose functions every test program has.
 *
 * The test file that includes this names the functions in its "wrap:" line.
 */
#ifndef CONCBENCH_TESTS_MODELS_ASYNC_FAILING_CALLS_H
#define CONCBENCH_TESTS_MODELS_ASYNC_FAILING_CALLS_H

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "models/async/thread.h"

static struct {
	const char *call;
	int n, error;
	atomic_int calls;
	struct async_task *victim; /* NULL: the loop, or a thread of the executor */
	bool hit;
} failing;

static bool call_fails(const char *call)
{
	if (failing.call == NULL || __builtin_strcmp(failing.call, call) != 0 ||
		atomic_fetch_add(&failing.calls, 1) + 1 != failing.n)
		return false;
	failing.victim = async_thread.current;
	failing.hit = true;
	errno = failing.error;
	return true;
}

/* The declaration of both, and the function: fails with -1 or calls the real one. */
#define FAILING(type, name, parameters, arguments)                             \
	type __real_##name parameters;                                         \
	type __wrap_##name parameters;                                         \
	type __wrap_##name parameters                                          \
	{                                                                      \
		return call_fails(#name) ? (type)-1 : __real_##name arguments; \
	}

FAILING(ssize_t, read, (int fd, void *to, size_t bytes), (fd, to, bytes))
FAILING(ssize_t, write, (int fd, const void *from, size_t bytes), (fd, from, bytes))
FAILING(ssize_t, recv, (int fd, void *to, size_t bytes, int flags), (fd, to, bytes, flags))
FAILING(ssize_t, send, (int fd, const void *from, size_t bytes, int flags),
	(fd, from, bytes, flags))
FAILING(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))
FAILING(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))
FAILING(int, accept4, (int fd, struct sockaddr *address, socklen_t *length, int flags),
	(fd, address, length, flags))
FAILING(int, connect, (int fd, const struct sockaddr *address, socklen_t length),
	(fd, address, length))
FAILING(int, getsockopt, (int fd, int level, int option, void *value, socklen_t *length),
	(fd, level, option, value, length))
FAILING(int, setsockopt, (int fd, int level, int option, const void *value, socklen_t length),
	(fd, level, option, value, length))
FAILING(int, socket, (int family, int type, int protocol), (family, type, protocol))
FAILING(int, bind, (int fd, const struct sockaddr *address, socklen_t length),
	(fd, address, length))
FAILING(int, listen, (int fd, int backlog), (fd, backlog))
FAILING(int, poll, (struct pollfd * all, nfds_t count, int ms), (all, count, ms))
FAILING(int, fstat, (int fd, struct stat *status), (fd, status))
FAILING(int, fcntl, (int fd, int command, long argument), (fd, command, argument))
FAILING(int, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags))
FAILING(pid_t, waitpid, (pid_t pid, int *status, int options), (pid, status, options))
FAILING(ssize_t, pread, (int fd, void *to, size_t bytes, off_t offset), (fd, to, bytes, offset))
FAILING(ssize_t, pwrite, (int fd, const void *from, size_t bytes, off_t offset),
	(fd, from, bytes, offset))
FAILING(ssize_t, preadv2, (int fd, const struct iovec *parts, int count, off_t offset, int flags),
	(fd, parts, count, offset, flags))
FAILING(ssize_t, pwritev2, (int fd, const struct iovec *parts, int count, off_t offset, int flags),
	(fd, parts, count, offset, flags))
FAILING(int, epoll_wait, (int fd, struct epoll_event *events, int count, int ms),
	(fd, events, count, ms))
FAILING(int, epoll_pwait2,
	(int fd, struct epoll_event *events, int count, const struct timespec *timeout,
		const sigset_t *mask),
	(fd, events, count, timeout, mask))
FAILING(int, madvise, (void *at, size_t bytes, int advice), (at, bytes, advice))
FAILING(int, sigaltstack, (const stack_t *mine, stack_t *before), (mine, before))

void *__real_realloc(void *at, size_t bytes);
void *__wrap_realloc(void *at, size_t bytes);
void *__wrap_realloc(void *at, size_t bytes)
{
	return call_fails("realloc") ? NULL : __real_realloc(at, bytes);
}

void *__real_aligned_alloc(size_t alignment, size_t bytes);
void *__wrap_aligned_alloc(size_t alignment, size_t bytes);
void *__wrap_aligned_alloc(size_t alignment, size_t bytes)
{
	return call_fails("aligned_alloc") ? NULL : __real_aligned_alloc(alignment, bytes);
}

/* From now on the n-th call fails; n = 0: none. */
static void call_set(const char *call, int n, int error)
{
	failing.call = n != 0 ? call : NULL;
	failing.n = n;
	failing.error = error;
	failing.victim = NULL;
	failing.hit = false;
	atomic_store(&failing.calls, 0);
}

#endif
