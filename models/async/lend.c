/*
 * Lent buffers of our own: a list of free ones, the last given back first. With epoll all are; with
 * io_uring those beyond the ring's, for a server whose clients do not take their replies.
 */
#include "models/async/lend.h"

#include <stdlib.h>

#include "models/async/attempt.h"
#include "models/async/uring.h"

struct async_lent {
	struct async_lent *next;
};

static void give_back(struct async_loop *loop, struct async_lent *lent)
{
	lent->next = loop->lent;
	loop->lent = lent;
}

/* A free buffer, in *lent as long as it is not lent. Returns  0, -ENOMEM. */
static int take(struct async_loop *loop, struct async_lent **lent)
{
	*lent = loop->lent;
	if (*lent != NULL)
		loop->lent = (*lent)->next;
	else
		*lent = malloc(ASYNC_LEND_BYTES);
	return *lent != NULL ? 0 : -ENOMEM;
}

/* -EAGAIN: nothing there; no buffer is held then. */
static ssize_t try_lend(int fd, struct async_descriptor *descriptor, void **buffer)
{
	struct async_loop *loop = async_thread.loop;
	struct async_lent *lent;

	if (!descriptor->readable)
		return -EAGAIN;
	int rc = take(loop, &lent);
	if (rc != 0)
		return rc;
	ssize_t got = async_attempt_read(fd, descriptor, lent, ASYNC_LEND_BYTES);
	if (got > 0)
		*buffer = lent;
	else
		give_back(loop, lent);
	return got;
}

/* io_uring's buffers, and when all of those are lent, one of ours. */
static ssize_t lend_received(int fd, struct async_descriptor *descriptor, void **buffer)
{
	struct async_loop *loop = async_thread.loop;
	struct async_lent *lent;
	ssize_t got = async_uring_recv(fd, descriptor, NULL, 0, buffer);

	if (got != -ENOBUFS)
		return got;
	int rc = take(loop, &lent);
	if (rc != 0)
		return rc;
	got = async_uring_recv(fd, descriptor, lent, ASYNC_LEND_BYTES, NULL);
	if (got > 0)
		*buffer = lent;
	else
		give_back(loop, lent);
	return got;
}

static __attribute__((noinline)) ssize_t recv_lend(int fd, void **buffer)
{
	struct async_descriptor *descriptor;
	int rc = async_attempt_begin(fd, &descriptor);

	if (rc == 0 && async_uring_reads(descriptor))
		return lend_received(fd, descriptor, buffer);
	if (rc == 0 && descriptor->readers.first != NULL)
		rc = async_attempt_wait(fd, descriptor, &descriptor->readers, "async_recv_lend");
	while (rc == 0) {
		ssize_t got = try_lend(fd, descriptor, buffer);
		if (got != -EAGAIN)
			return got;
		rc = async_attempt_wait(fd, descriptor, &descriptor->readers, "async_recv_lend");
	}
	return rc;
}

/* Not the usual short read: the end, an error, more than fits, or others wait, too. */
static __attribute__((noinline)) ssize_t received_unusual(int fd,
	struct async_descriptor *descriptor, struct async_lent *lent, ssize_t got, void **buffer)
{
	got = async_attempt_has_read(descriptor, got < 0 ? -errno : got, ASYNC_LEND_BYTES);
	if (got > 0) {
		*buffer = lent;
		return got;
	}
	give_back(async_thread.loop, lent);
	return got == -EAGAIN || got == -EINTR ? recv_lend(fd, buffer) : got;
}

/* Receives from a socket that is readable, when a buffer is at hand. */
static inline ssize_t receive(int fd, struct async_descriptor *descriptor, void **buffer)
{
	struct async_loop *loop = async_thread.loop;
	struct async_lent *lent = loop->lent;

	if (__builtin_expect(lent == NULL, 0))
		return recv_lend(fd, buffer);
	loop->lent = lent->next;
	ssize_t got = recv(fd, lent, ASYNC_LEND_BYTES, MSG_DONTWAIT);
	if (__builtin_expect(got <= 0 || got == ASYNC_LEND_BYTES || descriptor->hung_up ||
				     descriptor->readers.first != NULL,
		    0))
		return received_unusual(fd, descriptor, lent, got, buffer);
	descriptor->readable = 0;
	*buffer = lent;
	return got;
}

/*
 * The way of a server's task with epoll is short: nobody else reads this stream, there was nothing,
 * an edge came, here it is; everything else is recv_lend's. It is one function, since between any
 * two requests the kernel's own code takes ours out of the caches, and since returning to what was
 * called before a switch is mispredicted.
 */
ssize_t async_recv_lend(int fd, void **buffer)
{
	struct async_task *self = async_thread.current;
	struct async_descriptor *descriptor = async_attempt_known(fd);
	struct async_waiter waiter;

	if (__builtin_expect(
		    descriptor == NULL || !descriptor->quick || descriptor->readers.first != NULL,
		    0))
		return recv_lend(fd, buffer);
	if (descriptor->readable)
		return receive(fd, descriptor, buffer);
	waiter.sibling = NULL;
	waiter.call = NULL;
	self->waits = "async_recv_lend";
	int rc = async_waiter_wait(&descriptor->readers, &waiter);
	if (__builtin_expect(rc != 0, 0))
		return rc;
	if (__builtin_expect(!descriptor->readable || !descriptor->quick, 0))
		return descriptor->known ? recv_lend(fd, buffer) : -EBADF; /* closed meanwhile */
	return receive(fd, descriptor, buffer);
}

void async_release(void *buffer)
{
	struct async_loop *loop = async_thread.loop;

	if (buffer != NULL && !(loop->poller->is_uring && async_uring_release(loop, buffer)))
		give_back(loop, buffer);
}

void async_lend_close(struct async_loop *loop)
{
	for (struct async_lent *lent = loop->lent, *next; lent != NULL; lent = next) {
		next = lent->next;
		free(lent);
	}
	loop->lent = NULL;
}
