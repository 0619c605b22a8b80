/*
 * Descriptors of streams: try, wait for the edge, try again. Connections, messages and waiting
 * alone are in io_sockets.c.
 */
#include "models/async/io.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "models/async/attempt.h"
#include "models/async/executor.h"
#include "models/async/uring.h"

int async_attempt_wait(
	int fd, struct async_descriptor *descriptor, struct async_waiters *line, const char *call)
{
	struct async_task *self = async_thread.current;

	if (!descriptor->registered) {
		struct async_poller *poller = self->loop->poller;
		int rc = poller->add(poller, fd);

		if (rc != 0)
			return rc;
		descriptor->registered = 1;
		descriptor->quick =
			descriptor->is_socket && descriptor->drains && !poller->is_uring;
	}
	struct async_waiter waiter = {0};
	self->waits = call;
	int rc = async_waiter_wait(line, &waiter);
	return rc == 0 && !descriptor->known ? -EBADF : rc; /* closed meanwhile */
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
	int rc = async_attempt_begin(fd, &descriptor);

	if (rc == 0 && descriptor->is_file)
		return by_executor((struct file_step){.fd = fd, .into = buffer, .bytes = bytes});
	if (rc == 0 && async_uring_reads(descriptor))
		return async_uring_recv(fd, descriptor, buffer, bytes, NULL);
	if (rc == 0 && descriptor->readers.first != NULL) /* first come, first served */
		rc = async_attempt_wait(fd, descriptor, &descriptor->readers, "async_read");
	while (rc == 0) {
		ssize_t got = async_attempt_read(fd, descriptor, buffer, bytes);
		if (got != -EAGAIN)
			return got;
		rc = async_attempt_wait(fd, descriptor, &descriptor->readers, "async_read");
	}
	return rc;
}

/*
 * io_uring: what fits into the socket is sent at once, which is cheaper than a submission, its
 * completion and two switches; the rest is queued.
 *   now  what the send said: bytes or -errno
 */
static ssize_t queue_rest(int fd, const void *buffer, size_t bytes, ssize_t now)
{
	if (now == (ssize_t)bytes || (now < 0 && now != -EAGAIN && now != -EINTR))
		return now;
	size_t first = now > 0 ? (size_t)now : 0;
	ssize_t rest = async_uring_send(fd, (const char *)buffer + first, bytes - first);
	if (rest >= 0)
		return (ssize_t)first + rest;
	if (first > 0 && (rest == -ECANCELED || rest == -ETIMEDOUT)) {
		async_thread.current->interrupt = (int)rest;
		return (ssize_t)first;
	}
	return rest;
}

static ssize_t attempt_write(
	int fd, const struct async_descriptor *descriptor, const char *from, size_t bytes)
{
	ssize_t put = descriptor->is_socket ? send(fd, from, bytes, MSG_DONTWAIT | MSG_NOSIGNAL)
					    : write(fd, from, bytes);

	return put < 0 ? -errno : put;
}

/* Goes on until all is written; put is what the first attempt said. */
static ssize_t write_rest(
	int fd, struct async_descriptor *descriptor, const char *from, size_t bytes, ssize_t put)
{
	size_t done = 0;
	int rc = 0;

	for (;;) {
		if (put >= 0)
			done += (size_t)put;
		if (done == bytes && put >= 0) {
			async_attempt_pass_on(&descriptor->writers, true);
			return (ssize_t)done;
		}
		if (put == -EAGAIN)
			rc = async_attempt_wait(
				fd, descriptor, &descriptor->writers, "async_write");
		else if (put < 0 && put != -EINTR)
			rc = (int)put;
		if (rc != 0)
			break;
		/* after a short write the next one says EAGAIN and clears the edge */
		put = attempt_write(fd, descriptor, from + done, bytes - done);
	}
	if (done > 0 && (rc == -ECANCELED || rc == -ETIMEDOUT)) {
		async_thread.current->interrupt = rc;
		return (ssize_t)done;
	}
	return rc;
}

/* What is no socket, or not known yet. */
static __attribute__((noinline)) ssize_t write_other(int fd, const void *buffer, size_t bytes)
{
	struct async_descriptor *descriptor;
	int rc = async_attempt_begin(fd, &descriptor);

	if (rc != 0)
		return rc;
	if (descriptor->is_file)
		return by_executor((struct file_step){.fd = fd, .from = buffer, .bytes = bytes});
	ssize_t put = attempt_write(fd, descriptor, buffer, bytes);
	if (async_uring_reads(descriptor))
		return queue_rest(fd, buffer, bytes, put);
	return write_rest(fd, descriptor, buffer, bytes, put);
}

static __attribute__((noinline)) ssize_t sent_short(
	int fd, const void *buffer, size_t bytes, ssize_t put)
{
	struct async_descriptor *descriptor = &async_thread.loop->descriptors.table[fd];

	if (put < 0)
		put = -errno;
	if (async_uring_reads(descriptor))
		return queue_rest(fd, buffer, bytes, put);
	return write_rest(fd, descriptor, buffer, bytes, put);
}

/* As short as can be until the send: a request's code is read anew each time, the kernel's has
 * been in the cache meanwhile. */
ssize_t async_write(int fd, const void *buffer, size_t bytes)
{
	const struct async_descriptor *descriptor = async_attempt_known(fd);

	if (__builtin_expect(descriptor == NULL || !descriptor->is_socket, 0))
		return write_other(fd, buffer, bytes);
	ssize_t put = send(fd, buffer, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (__builtin_expect(put == (ssize_t)bytes && descriptor->writers.first == NULL, 1))
		return put;
	return sent_short(fd, buffer, bytes, put);
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

ssize_t async_detach(int fd, void *unread, size_t bytes)
{
	struct async_loop *loop = async_thread.loop;
	static char nothing[1];

	if (loop == NULL)
		return async_outside("async_detach");
	if ((size_t)(unsigned)fd >= loop->descriptors.room)
		return -EBADF;
	struct async_descriptor *descriptor = &loop->descriptors.table[fd];
	ssize_t left = async_uring_stop(
		descriptor, fd, unread != NULL ? unread : nothing, unread != NULL ? bytes : 0);
	if (left < 0)
		return left;
	if (descriptor->registered)
		loop->poller->remove(loop->poller, fd);
	if (descriptor->known)
		forget(descriptor);
	return left;
}

int async_close(int fd)
{
	struct async_loop *loop = async_thread.loop;

	if (loop == NULL)
		return async_outside("async_close");
	if ((size_t)(unsigned)fd < loop->descriptors.room && loop->descriptors.table[fd].known) {
		struct async_descriptor *descriptor = &loop->descriptors.table[fd];
		if (loop->poller->is_uring) {
			bool in_flight = async_uring_stop(descriptor, fd, NULL, 0) != 0;
			in_flight |= descriptor->registered;
			if (descriptor->registered)
				loop->poller->remove(loop->poller, fd);
			if (in_flight)
				async_uring_flush(loop);
		}
		forget(descriptor);
	}
	return close(fd) == 0 ? 0 : -errno;
}
