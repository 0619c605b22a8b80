/*
 * Connections and messages, and waiting for a descriptor without using it.
 */
#include "models/async/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include "models/async/attempt.h"
#include "models/async/uring.h"

static int make_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || ((flags & O_NONBLOCK) == 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0))
		return -errno;
	return 0;
}

/* What was known of the number is out of date; what it is now needs no asking. */
static int accepted(int fd, int listener, const struct async_descriptor *descriptor,
	struct sockaddr *address, socklen_t *length)
{
	struct async_descriptors *all = &async_thread.loop->descriptors;

	if ((size_t)fd < all->room)
		all->table[fd] = (struct async_descriptor){.known = 1,
			.is_socket = 1,
			.drains = descriptor->drains,
			.readable = 1,
			.writable = 1};
	if (async_uring_reads(descriptor)) {
		if (address != NULL && getpeername(fd, address, length) != 0)
			*length = 0; /* gone already: an unnamed one, as for UNIX sockets */
	} else {
		async_attempt_pass_on(&all->table[listener].readers, true);
	}
	return fd;
}

int async_accept(int listener, struct sockaddr *address, socklen_t *length)
{
	struct async_descriptor *descriptor;
	int rc = async_attempt_begin(listener, &descriptor);

	if (rc == 0 && descriptor->known < 2 && (rc = make_nonblocking(listener)) == 0)
		descriptor->known = 2;
	while (rc == 0) {
		int fd = async_uring_reads(descriptor)
				 ? async_uring_accept(listener, descriptor)
				 : accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0)
			return accepted(fd, listener, descriptor, address, length);
		rc = async_uring_reads(descriptor) ? fd : -errno;
		if (rc == -EAGAIN)
			rc = async_attempt_wait(
				listener, descriptor, &descriptor->readers, "async_accept");
		else if (rc == -EINTR || rc == -ECONNABORTED)
			rc = 0; /* the caller has gone again: nobody to tell */
		else
			async_attempt_pass_on(
				&descriptor->readers, true); /* EMFILE: it still waits */
	}
	return rc;
}

/* Returns  1 ready, 0 not yet, -EBADF or what asking said. */
static int ready_now(int fd, short events)
{
	struct pollfd now = {.fd = fd, .events = events};
	int n;

	do
		n = poll(&now, 1, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return now.revents == POLLNVAL ? -EBADF : n;
}

int async_connect(int fd, const struct sockaddr *address, socklen_t length)
{
	struct async_descriptor *descriptor;
	int rc = async_attempt_begin(fd, &descriptor), error = 0;

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
		rc = async_attempt_wait(fd, descriptor, &descriptor->writers, "async_connect");
		if (rc != 0)
			return rc;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error}) != 0)
			return -errno;
		if (error != 0)
			return -error;
		rc = ready_now(fd, POLLOUT);
		if (rc != 0) /* else the edge was one of before the connect and says nothing */
			return rc < 0 ? rc : 0;
	}
}

ssize_t async_recvmsg(int fd, struct msghdr *message, int flags)
{
	struct async_descriptor *descriptor;
	int rc = async_attempt_begin(fd, &descriptor);

	if (rc == 0 && descriptor->stream != NULL)
		return async_misuse(-EBUSY,
			"io_uring receives this stream for async_read: recvmsg would miss data");
	while (rc == 0) {
		ssize_t got = recvmsg(fd, message, flags | MSG_DONTWAIT);

		if (got >= 0) {
			async_attempt_pass_on(&descriptor->readers, true);
			return got;
		}
		rc = -errno;
		if (rc == -EAGAIN)
			rc = async_attempt_wait(
				fd, descriptor, &descriptor->readers, "async_recvmsg");
		else if (rc == -EINTR)
			rc = 0;
	}
	return rc;
}

ssize_t async_sendmsg(int fd, const struct msghdr *message, int flags)
{
	struct async_descriptor *descriptor;
	int rc = async_attempt_begin(fd, &descriptor);

	while (rc == 0) {
		ssize_t put = sendmsg(fd, message, flags | MSG_DONTWAIT | MSG_NOSIGNAL);

		if (put >= 0) {
			async_attempt_pass_on(&descriptor->writers, true);
			return put;
		}
		rc = -errno;
		if (rc == -EAGAIN)
			rc = async_attempt_wait(
				fd, descriptor, &descriptor->writers, "async_sendmsg");
		else if (rc == -EINTR)
			rc = 0;
	}
	return rc;
}

static int wait_ready(int fd, short events, const char *call)
{
	struct async_descriptor *descriptor;
	int rc = async_attempt_begin(fd, &descriptor);

	if (rc == 0 && descriptor->stream != NULL && events == POLLIN)
		return async_misuse(-EBUSY,
			"a stream that io_uring receives for async_read cannot be waited for: "
			"what is readable has been read already");
	while (rc == 0) {
		int ready = ready_now(fd, events);

		if (ready != 0)
			return ready < 0 ? ready : 0;
		rc = async_attempt_wait(fd, descriptor,
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
