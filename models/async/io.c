/*
 * Descriptors of streams: try, wait for the edge, try again.
 */
#include "models/async/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "models/async/executor.h"
#include "models/async/loop.h"
#include "models/async/poller.h"
#include "models/async/task.h"

/* The descriptor's state, for the first lines of every call. */
static int begin(int fd, struct async_descriptor **descriptor)
{
	struct async_task *self = async_thread.current;

	if (__builtin_expect(self == NULL, 0))
		return async_outside("an I/O call");
	if (__builtin_expect(self->interrupt != 0, 0))
		return async_take_interrupt(self);
	return async_descriptor_find(&self->loop->descriptors, fd, descriptor);
}

/* Waits for an edge of one direction; the descriptor is registered at its first wait. */
static int wait_for(
	int fd, struct async_descriptor *descriptor, struct async_waiters *line, const char *call)
{
	struct async_task *self = async_thread.current;

	if (!descriptor->registered) {
		struct async_poller *poller = self->loop->poller;
		int rc = poller->add(poller, fd);

		if (rc != 0)
			return rc;
		descriptor->registered = 1;
	}
	struct async_waiter waiter = {0};
	self->waits = call;
	int rc = async_waiter_wait(line, &waiter);
	return rc == 0 && !descriptor->known ? -EBADF : rc; /* closed meanwhile */
}

/* One was served and more may be there: the next in line shall look. */
static inline void pass_on(struct async_waiters *line, bool still)
{
	if (__builtin_expect(line->first != NULL, 0) && still)
		async_waiters_serve_first(line);
}

struct file_step {
	int fd;
	void *into;
	const void *from;
	size_t bytes;
	ssize_t done;
};

static int file_step_run(void *arg)
{
	struct file_step *step = arg;

	step->done = step->into != NULL ? read(step->fd, step->into, step->bytes)
					: write(step->fd, step->from, step->bytes);
	return step->done < 0 ? -errno : 0;
}

static ssize_t by_executor(struct file_step step)
{
	int rc = async_run_in_executor(file_step_run, &step);

	return rc < 0 ? rc : step.done;
}

ssize_t async_read(int fd, void *buffer, size_t bytes)
{
	struct async_descriptor *descriptor;
	int rc = begin(fd, &descriptor);

	if (rc == 0 && descriptor->is_file)
		return by_executor((struct file_step){.fd = fd, .into = buffer, .bytes = bytes});
	if (rc == 0 && descriptor->readers.first != NULL) /* first come, first served */
		rc = wait_for(fd, descriptor, &descriptor->readers, "async_read");
	while (rc == 0) {
		if (descriptor->readable) {
			ssize_t got = descriptor->is_socket ? recv(fd, buffer, bytes, MSG_DONTWAIT)
							    : read(fd, buffer, bytes);
			if (got >= 0) {
				if ((size_t)got < bytes && descriptor->drains &&
					!descriptor->hung_up)
					descriptor->readable = 0;
				pass_on(&descriptor->readers, descriptor->readable);
				return got;
			}
			rc = -errno;
			if (rc == -EINTR) {
				rc = 0;
				continue;
			}
			if (rc != -EAGAIN) {
				pass_on(&descriptor->readers, true);
				return rc;
			}
			descriptor->readable = 0;
		}
		rc = wait_for(fd, descriptor, &descriptor->readers, "async_read");
	}
	return rc;
}

ssize_t async_write(int fd, const void *buffer, size_t bytes)
{
	struct async_descriptor *descriptor;
	const char *from = buffer;
	size_t done = 0;
	int rc = begin(fd, &descriptor);

	if (rc == 0 && descriptor->is_file)
		return by_executor((struct file_step){.fd = fd, .from = buffer, .bytes = bytes});
	while (rc == 0) {
		ssize_t put = descriptor->is_socket ? send(fd, from + done, bytes - done,
							      MSG_DONTWAIT | MSG_NOSIGNAL)
						    : write(fd, from + done, bytes - done);
		if (put >= 0) {
			done += (size_t)put;
			if (done == bytes) {
				pass_on(&descriptor->writers, true);
				return (ssize_t)done;
			}
			continue; /* a short write: the next one says EAGAIN and clears the edge */
		}
		rc = -errno;
		if (rc == -EAGAIN)
			rc = wait_for(fd, descriptor, &descriptor->writers, "async_write");
		else if (rc == -EINTR)
			rc = 0;
	}
	if (done > 0 && (rc == -ECANCELED || rc == -ETIMEDOUT)) {
		async_thread.current->interrupt = rc;
		return (ssize_t)done;
	}
	return rc;
}

static int make_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || ((flags & O_NONBLOCK) == 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0))
		return -errno;
	return 0;
}

int async_accept(int listener, struct sockaddr *address, socklen_t *length)
{
	struct async_descriptor *descriptor;
	int rc = begin(listener, &descriptor);

	if (rc == 0 && descriptor->known < 2 && (rc = make_nonblocking(listener)) == 0)
		descriptor->known = 2;
	while (rc == 0) {
		int fd = accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);

		rc = fd >= 0 ? 0 : -errno;
		if (fd >= 0) {
			struct async_descriptors *all = &async_thread.loop->descriptors;
			if ((size_t)fd <
				all->room) /* what was known of the number is out of date */
				all->table[fd] = (struct async_descriptor){.known = 1,
					.is_socket = 1,
					.drains = descriptor->drains,
					.readable = 1,
					.writable = 1};
			pass_on(&descriptor->readers, true);
			return fd;
		}
		if (rc == -EAGAIN)
			rc = wait_for(listener, descriptor, &descriptor->readers, "async_accept");
		else if (rc == -EINTR || rc == -ECONNABORTED)
			rc = 0; /* the caller has gone again: nobody to tell */
		else
			pass_on(&descriptor->readers,
				true); /* EMFILE: the connection still waits */
	}
	return rc;
}

int async_connect(int fd, const struct sockaddr *address, socklen_t length)
{
	struct async_descriptor *descriptor;
	int rc = begin(fd, &descriptor), error = 0;

	if (rc == 0)
		rc = make_nonblocking(fd);
	if (rc != 0)
		return rc;
	if (connect(fd, address, length) == 0)
		return 0;
	rc = -errno;
	if (rc != -EINPROGRESS && rc != -EINTR)
		return rc;
	for (;;) {
		rc = wait_for(fd, descriptor, &descriptor->writers, "async_connect");
		if (rc != 0)
			return rc;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error}) != 0)
			return -errno;
		struct pollfd now = {.fd = fd, .events = POLLOUT};
		if (error != 0 ||
			poll(&now, 1, 0) != 0) /* an edge of before the connect says nothing */
			return -error;
	}
}

ssize_t async_recvmsg(int fd, struct msghdr *message, int flags)
{
	struct async_descriptor *descriptor;
	int rc = begin(fd, &descriptor);

	while (rc == 0) {
		ssize_t got = recvmsg(fd, message, flags | MSG_DONTWAIT);

		if (got >= 0) {
			pass_on(&descriptor->readers, true);
			return got;
		}
		rc = -errno;
		if (rc == -EAGAIN)
			rc = wait_for(fd, descriptor, &descriptor->readers, "async_recvmsg");
		else if (rc == -EINTR)
			rc = 0;
	}
	return rc;
}

ssize_t async_sendmsg(int fd, const struct msghdr *message, int flags)
{
	struct async_descriptor *descriptor;
	int rc = begin(fd, &descriptor);

	while (rc == 0) {
		ssize_t put = sendmsg(fd, message, flags | MSG_DONTWAIT | MSG_NOSIGNAL);

		if (put >= 0) {
			pass_on(&descriptor->writers, true);
			return put;
		}
		rc = -errno;
		if (rc == -EAGAIN)
			rc = wait_for(fd, descriptor, &descriptor->writers, "async_sendmsg");
		else if (rc == -EINTR)
			rc = 0;
	}
	return rc;
}

static int wait_ready(int fd, short events, const char *call)
{
	struct async_descriptor *descriptor;
	int rc = begin(fd, &descriptor);

	while (rc == 0) {
		struct pollfd now = {.fd = fd, .events = events};
		int n = poll(&now, 1, 0);

		if (n > 0)
			return now.revents == POLLNVAL ? -EBADF : 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		rc = wait_for(fd, descriptor,
			events == POLLIN ? &descriptor->readers : &descriptor->writers, call);
	}
	return rc;
}

int async_wait_readable(int fd)
{
	return wait_ready(fd, POLLIN, "async_wait_readable");
}

int async_wait_writable(int fd)
{
	return wait_ready(fd, POLLOUT, "async_wait_writable");
}

static void forget(struct async_descriptor *descriptor)
{
	struct async_waiters readers = descriptor->readers, writers = descriptor->writers;

	for (struct async_waiter *waiter = readers.first; waiter != NULL; waiter = waiter->next)
		waiter->line = &readers;
	for (struct async_waiter *waiter = writers.first; waiter != NULL; waiter = waiter->next)
		waiter->line = &writers;
	memset(descriptor, 0, sizeof *descriptor); /* the waiters see that it is no longer known */
	async_waiters_serve_all(&readers);
	async_waiters_serve_all(&writers);
}

int async_detach(int fd)
{
	struct async_loop *loop = async_thread.loop;

	if (loop == NULL)
		return async_outside("async_detach");
	if ((size_t)(unsigned)fd >= loop->descriptors.room)
		return -EBADF;
	struct async_descriptor *descriptor = &loop->descriptors.table[fd];
	if (descriptor->registered)
		loop->poller->remove(loop->poller, fd);
	if (descriptor->known)
		forget(descriptor);
	return 0;
}

int async_close(int fd)
{
	struct async_loop *loop = async_thread.loop;

	if (loop == NULL)
		return async_outside("async_close");
	if ((size_t)(unsigned)fd < loop->descriptors.room && loop->descriptors.table[fd].known)
		forget(&loop->descriptors.table[fd]); /* closing unregisters it */
	return close(fd) == 0 ? 0 : -errno;
}
