/*
 * Regular files. They never say EAGAIN, so what is not cached is read by a thread of the executor.
 */
#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

#include "models/async/executor.h"
#include "models/async/io.h"
#include "models/async/loop.h"
#include "models/async/poller.h"
#include "models/async/task.h"
#include "models/async/uring.h"

struct transfer {
	int fd;
	bool write;
	struct iovec part;
	off_t offset;
	ssize_t done;
};

static int transfer_blocking(void *arg)
{
	struct transfer *transfer = arg;

	do
		transfer->done = transfer->write
					 ? pwrite(transfer->fd, transfer->part.iov_base,
						   transfer->part.iov_len, transfer->offset)
					 : pread(transfer->fd, transfer->part.iov_base,
						   transfer->part.iov_len, transfer->offset);
	while (transfer->done < 0 && errno == EINTR);
	return transfer->done < 0 ? -errno : 0;
}

/*
 * What the page cache can do at once; -EAGAIN also where the file system cannot tell. A direct
 * transfer would wait for the device even so: it has nothing to do with the cache.
 */
static ssize_t transfer_cached(struct async_loop *loop, const struct transfer *transfer)
{
	struct async_descriptor *descriptor;
	int rc = async_descriptor_find(&loop->descriptors, transfer->fd, &descriptor);

	if (rc != 0)
		return rc;
	if (descriptor->is_direct)
		return -EAGAIN;
	ssize_t done =
		transfer->write
			? pwritev2(transfer->fd, &transfer->part, 1, transfer->offset, RWF_NOWAIT)
			: preadv2(transfer->fd, &transfer->part, 1, transfer->offset, RWF_NOWAIT);

	if (done >= 0)
		return done;
	return errno == EAGAIN || errno == EOPNOTSUPP || errno == EINTR || errno == ENOSYS ? -EAGAIN
											   : -errno;
}

/* What was done at once counts also when the rest failed; an interrupt of it comes again. */
static ssize_t together(struct async_task *self, size_t first, ssize_t rest)
{
	if (rest >= 0)
		return (ssize_t)first + rest;
	if (first == 0)
		return rest;
	if (rest == -ECANCELED || rest == -ETIMEDOUT)
		self->interrupt = (int)rest;
	return (ssize_t)first;
}

static ssize_t transfer(struct transfer transfer)
{
	struct async_task *self = async_thread.current;

	if (self == NULL)
		return async_outside("async_pread");
	if (self->interrupt != 0)
		return async_take_interrupt(self);
	size_t bytes = transfer.part.iov_len;
	ssize_t cached = transfer_cached(self->loop, &transfer);
	if (cached == (ssize_t)bytes || (cached < 0 && cached != -EAGAIN) || cached == 0)
		return cached;
	size_t first = cached > 0 ? (size_t)cached : 0;
	transfer.part.iov_base = (char *)transfer.part.iov_base + first;
	transfer.part.iov_len -= first;
	transfer.offset += (off_t)first;
	if (self->loop->poller->is_uring) /* no thread is needed */
		return together(self, first,
			async_uring_transfer(transfer.fd, transfer.write, transfer.part.iov_base,
				transfer.part.iov_len, transfer.offset));
	self->waits = "async_pread";
	int rc = async_run_in_executor(transfer_blocking, &transfer);
	return together(self, first, rc < 0 ? rc : transfer.done);
}

ssize_t async_pread(int fd, void *buffer, size_t bytes, off_t offset)
{
	return transfer((struct transfer){.fd = fd, .part = {buffer, bytes}, .offset = offset});
}

ssize_t async_pwrite(int fd, const void *buffer, size_t bytes, off_t offset)
{
	return transfer((struct transfer){.fd = fd,
		.write = true,
		.part = {(void *)(uintptr_t)buffer, bytes},
		.offset = offset});
}
