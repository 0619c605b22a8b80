/*
 * What the I/O calls share: how they begin, try, wait for an edge, and pass it on. For the runtime.
 */
#ifndef CONCBENCH_MODELS_ASYNC_ATTEMPT_H
#define CONCBENCH_MODELS_ASYNC_ATTEMPT_H

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "models/async/descriptor.h"
#include "models/async/loop.h"
#include "models/async/poller.h"
#include "models/async/task.h"

/* The descriptor's state, for the first lines of every call. Returns  0, -EPERM, -EBADF, an
 * interrupt. */
static inline int async_attempt_begin(int fd, struct async_descriptor **descriptor)
{
	struct async_task *self = async_thread.current;

	*descriptor = NULL;
	if (__builtin_expect(self == NULL, 0))
		return async_outside("an I/O call");
	if (__builtin_expect(self->interrupt != 0, 0))
		return async_take_interrupt(self);
	return async_descriptor_find(&self->loop->descriptors, fd, descriptor);
}

/* The state of a descriptor when nothing speaks against using it; NULL: async_attempt_begin says
 * why, if anything. It may be unknown. */
static inline struct async_descriptor *async_attempt_known(int fd)
{
	struct async_task *self = async_thread.current;

	if (self == NULL || self->interrupt != 0 ||
		(size_t)(unsigned)fd >= self->loop->descriptors.room)
		return NULL;
	return &self->loop->descriptors.table[fd];
}

/*
 * Waits for an edge of one direction; the descriptor is registered at its first wait.
 *   Returns  0: try again; -EBADF: closed meanwhile; -EBUSY: io_uring reads it; an interrupt.
 */
int async_attempt_wait(
	int fd, struct async_descriptor *descriptor, struct async_waiters *line, const char *call);

/* One was served and more may be there: the next in line shall look. */
static inline void async_attempt_pass_on(struct async_waiters *line, bool still)
{
	if (__builtin_expect(line->first != NULL, 0) && still)
		async_waiters_serve_first(line);
}

/* What a read of `bytes` means that said got: bytes, 0 at the end, or -errno, returned as it is. */
static inline ssize_t async_attempt_has_read(
	struct async_descriptor *descriptor, ssize_t got, size_t bytes)
{
	/* a short read proves that nothing is left, unless no further edge would tell of the end */
	if (got == -EAGAIN ||
		(got >= 0 && (size_t)got < bytes && descriptor->drains && !descriptor->hung_up))
		descriptor->readable = 0;
	if (got != -EAGAIN)
		async_attempt_pass_on(&descriptor->readers, descriptor->readable);
	return got;
}

/*
 * Reads what is there.
 *   Returns  bytes, 0 at the end, -EAGAIN: wait for an edge, or -errno.
 */
static inline ssize_t async_attempt_read(
	int fd, struct async_descriptor *descriptor, void *buffer, size_t bytes)
{
	ssize_t got;

	if (!descriptor->readable)
		return -EAGAIN;
	do
		got = descriptor->is_socket ? recv(fd, buffer, bytes, MSG_DONTWAIT)
					    : read(fd, buffer, bytes);
	while (__builtin_expect(got < 0 && errno == EINTR, 0));
	return async_attempt_has_read(descriptor, got < 0 ? -errno : got, bytes);
}

#endif
