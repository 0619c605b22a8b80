/*
 * Operations that complete once: sends that did not fit at once, transfers of files.
 */
#include "models/async/uring.h"

#include <errno.h>

#ifdef HAVE_LIBURING

#include <sys/socket.h>

#include "models/async/task.h"
#include "models/async/uring_ring.h"

enum { MOST_BYTES = 0x7ffff000 }; /* of one transfer, as everywhere in Linux */

struct once {
	struct uring_op op; /* first */
	struct async_task *task;
	int res;
	bool done;
};

static void once_complete(struct uring_op *op, int res, unsigned flags)
{
	struct once *once = (struct once *)op;

	(void)flags;
	once->res = res;
	once->done = true;
	if (once->task->parked != ASYNC_NOT_PARKED)
		async_wake(once->task, 0);
}

/*
 * Waits for an operation that completes once. After an interrupt it is cancelled, and its
 * completion waited for: what had been done by then is the result, and the interrupt comes again
 * later.
 */
static int finish_once(struct uring *uring, struct once *once, const char *call)
{
	struct async_task *self = once->task;

	self->waits = call;
	int rc = async_park(self, ASYNC_PARKED);
	if (!once->done) {
		async_uring_cancel(uring, &once->op);
		while (!once->done)
			async_park(self, ASYNC_PARKED_FIRMLY);
		if (once->res == -ECANCELED || once->res == -EINTR)
			return rc;
	}
	if (rc != 0) /* done all the same, perhaps before we had a turn */
		self->interrupt = rc;
	return once->res;
}

ssize_t async_uring_send(int fd, const void *buffer, size_t bytes)
{
	struct uring *uring = (struct uring *)async_thread.loop->poller;
	const char *from = buffer;
	size_t done = 0;

	do {
		struct once once = {.op.complete = once_complete, .task = async_thread.current};
		size_t part = bytes - done < MOST_BYTES ? bytes - done : MOST_BYTES;
		struct io_uring_sqe *sqe;
		int rc = async_uring_sqe(uring, &sqe);

		if (rc == 0) {
			io_uring_prep_send(sqe, fd, from + done, part, MSG_NOSIGNAL | MSG_WAITALL);
			async_uring_prepared(sqe, &once.op);
			rc = finish_once(uring, &once, "async_write");
		}
		if (rc == -EINTR && once.task->interrupt == 0)
			continue;
		if (rc < 0) {
			if (done > 0 && (rc == -ECANCELED || rc == -ETIMEDOUT)) {
				once.task->interrupt = rc;
				break;
			}
			return rc;
		}
		done += (size_t)rc;
		if (once.task->interrupt != 0)
			break;
	} while (done < bytes);
	return (ssize_t)done;
}

ssize_t async_uring_transfer(int fd, bool write, void *buffer, size_t bytes, off_t offset)
{
	struct uring *uring = (struct uring *)async_thread.loop->poller;
	struct once once = {.op.complete = once_complete, .task = async_thread.current};
	unsigned part = bytes < MOST_BYTES ? (unsigned)bytes : MOST_BYTES;
	struct io_uring_sqe *sqe;
	int rc = async_uring_sqe(uring, &sqe);

	if (rc != 0)
		return rc;
	if (write)
		io_uring_prep_write(sqe, fd, buffer, part, (uint64_t)offset);
	else
		io_uring_prep_read(sqe, fd, buffer, part, (uint64_t)offset);
	async_uring_prepared(sqe, &once.op);
	return finish_once(uring, &once, write ? "async_pwrite" : "async_pread");
}

#else

/* Built without liburing: never reached, the loop was not opened. */
ssize_t async_uring_send(int fd, const void *buffer, size_t bytes)
{
	(void)fd, (void)buffer, (void)bytes;
	return -ENOSYS;
}

ssize_t async_uring_transfer(int fd, bool write, void *buffer, size_t bytes, off_t offset)
{
	(void)fd, (void)write, (void)buffer, (void)bytes, (void)offset;
	return -ENOSYS;
}

#endif
