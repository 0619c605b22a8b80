/*
 * The io_uring poller: the ring, its waits, and operations that complete once.
 */
#include "models/async/uring.h"

#include <errno.h>

#ifdef HAVE_LIBURING

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "models/async/lend.h"
#include "models/async/task.h"
#include "models/async/uring_ring.h"

struct io_uring_sqe *async_uring_sqe(struct uring *uring, struct uring_op *op)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&uring->ring);

	while (sqe == NULL) { /* more than fits between two waits: hand over what there is */
		io_uring_submit(&uring->ring);
		sqe = io_uring_get_sqe(&uring->ring);
	}
	sqe->user_data = (uint64_t)(uintptr_t)op;
	return sqe;
}

static void reap(struct uring *uring)
{
	struct io_uring_cqe *cqe;
	unsigned head, seen = 0;

	io_uring_for_each_cqe(&uring->ring, head, cqe)
	{
		struct uring_op *op = (struct uring_op *)(uintptr_t)cqe->user_data;

		seen++;
		if (op != NULL) /* else a cancel's own completion, which nobody waits for */
			op->complete(op, cqe->res, cqe->flags);
	}
	io_uring_cq_advance(&uring->ring, seen);
}

static int uring_wait(struct async_poller *poller, uint64_t timeout_ns)
{
	struct uring *uring = (struct uring *)poller;
	struct __kernel_timespec timeout = {.tv_sec = (int64_t)(timeout_ns / 1000000000),
		.tv_nsec = (int64_t)(timeout_ns % 1000000000)};
	struct io_uring_cqe *cqe;
	int rc = 0;

	if (timeout_ns == 0)
		rc = io_uring_submit_and_get_events(&uring->ring);
	else if (timeout_ns == UINT64_MAX)
		rc = io_uring_submit_and_wait(&uring->ring, 1);
	else
		rc = io_uring_submit_and_wait_timeout(&uring->ring, &cqe, 1, &timeout, NULL);
	reap(uring);
	return rc < 0 && rc != -EINTR && rc != -ETIME && rc != -EAGAIN && rc != -EBUSY ? rc : 0;
}

static void arm(struct uring_poll *poll, int fd, unsigned events)
{
	struct io_uring_sqe *sqe = async_uring_sqe(poll->uring, &poll->op);

	io_uring_prep_poll_multishot(sqe, fd, events | (unsigned)EPOLLET);
	sqe->user_data = (uint64_t)(uintptr_t)&poll->op;
}

static void edge(struct uring_op *op, int res, unsigned flags)
{
	struct uring_poll *poll =
		(struct uring_poll *)(void *)((char *)op - offsetof(struct uring_poll, op));

	if (poll->fd >= 0 && res > 0)
		async_descriptor_edge(
			&poll->uring->poller.loop->descriptors.table[poll->fd], (uint32_t)res);
	if ((flags & IORING_CQE_F_MORE) != 0)
		return;
	if (poll == poll->uring->wake && res != -ECANCELED) { /* ended by itself, too */
		arm(poll, poll->uring->wake_fd, POLLIN);
		return;
	}
	if (poll->fd >= 0 && res != -ECANCELED) {
		/* it ended by itself (overflow): register anew at the next wait */
		struct async_descriptor *descriptor =
			&poll->uring->poller.loop->descriptors.table[poll->fd];
		descriptor->registered = 0;
		descriptor->poll = NULL;
		descriptor->readable = descriptor->writable = 1;
		async_waiters_serve_all(&descriptor->readers);
		async_waiters_serve_all(&descriptor->writers);
	}
	uring_forget(poll->uring, &poll->link);
	free(poll);
}

static void release_poll(struct uring_link *link)
{
	struct uring_poll *poll = (struct uring_poll *)(void *)link;

	uring_forget(poll->uring, link);
	free(poll);
}

static int uring_add(struct async_poller *poller, int fd)
{
	struct uring *uring = (struct uring *)poller;
	struct uring_poll *poll = calloc(1, sizeof *poll);

	if (poll == NULL)
		return -ENOMEM;
	poll->op.complete = edge;
	poll->link.release = release_poll;
	poll->uring = uring;
	poll->fd = fd;
	uring_remember(uring, &poll->link);
	/* POLLPRI is left out: the ring passes on what the socket's wake-up says, which always
	 * names it */
	arm(poll, fd, POLLIN | POLLOUT | POLLRDHUP);
	if (fd >= 0)
		poller->loop->descriptors.table[fd].poll = poll;
	return 0;
}

static void uring_remove(struct async_poller *poller, int fd)
{
	struct uring *uring = (struct uring *)poller;
	struct async_descriptor *descriptor = &poller->loop->descriptors.table[fd];

	if (descriptor->poll == NULL)
		return;
	descriptor->poll->fd = -1; /* what still comes concerns nobody */
	async_uring_cancel(uring, &descriptor->poll->op);
	descriptor->poll = NULL;
}

void async_uring_cancel(struct uring *uring, struct uring_op *op)
{
	struct io_uring_sqe *sqe = async_uring_sqe(uring, NULL);

	io_uring_prep_cancel64(sqe, (uint64_t)(uintptr_t)op, 0);
	sqe->user_data = 0;
}

void async_uring_flush(struct async_loop *loop)
{
	io_uring_submit_and_get_events(&((struct uring *)loop->poller)->ring);
}

static void uring_wake(struct async_poller *poller)
{
	struct uring *uring = (struct uring *)poller;
	ssize_t ignored = write(uring->wake_fd, &(uint64_t){1}, sizeof(uint64_t));

	(void)ignored;
}

static void uring_close(struct async_poller *poller)
{
	struct uring *uring = (struct uring *)poller;

	if (uring->open)
		io_uring_queue_exit(&uring->ring); /* ends everything in flight */
	while (uring->links != NULL)               /* each takes itself out of the list */
		uring->links->release(uring->links);
	if (uring->provided != NULL)
		munmap(uring->provided, uring->provided_bytes);
	if (uring->buffers != NULL)
		munmap(uring->buffers, (size_t)ASYNC_URING_BUFFERS * ASYNC_LEND_BYTES);
	if (uring->wake_fd >= 0)
		close(uring->wake_fd);
	free(uring);
}

static void *map(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* The kernel charges a ring to RLIMIT_MEMLOCK and gives that back some time after the ring is
   closed: who opens one after the other meets the limit with one ring open, and tries again for a
   second. */
enum { LATE_TRIES = 100, LATE_US = 10 * 1000 };

static int provide_buffers(struct uring *uring)
{
	uring->provided_bytes = ASYNC_URING_BUFFERS * sizeof(struct io_uring_buf);
	uring->provided = map(uring->provided_bytes);
	uring->buffers = map((size_t)ASYNC_URING_BUFFERS * ASYNC_LEND_BYTES);
	if (uring->provided == NULL || uring->buffers == NULL)
		return -ENOMEM;
	struct io_uring_buf_reg registration = {.ring_addr = (uint64_t)(uintptr_t)uring->provided,
		.ring_entries = ASYNC_URING_BUFFERS,
		.bgid = URING_GROUP};
	int rc = io_uring_register_buf_ring(&uring->ring, &registration, 0);
	for (int i = 0; i < LATE_TRIES && rc == -ENOMEM; i++, usleep(LATE_US))
		rc = io_uring_register_buf_ring(&uring->ring, &registration, 0);
	if (rc != 0)
		return rc;
	io_uring_buf_ring_init(uring->provided);
	for (int i = 0; i < ASYNC_URING_BUFFERS; i++)
		async_uring_provide(uring, (unsigned)i);
	return 0;
}

int async_uring_open(struct async_poller **poller, struct async_loop *loop)
{
	struct uring *uring = calloc(1, sizeof *uring);
	struct io_uring_params params = {.flags = IORING_SETUP_SINGLE_ISSUER |
						  IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE |
						  IORING_SETUP_CLAMP,
		.cq_entries = 4 * ASYNC_URING_ENTRIES};

	if (uring == NULL)
		return -ENOMEM;
	uring->poller = (struct async_poller){
		uring_wait, uring_add, uring_remove, uring_wake, uring_close, loop, true};
	uring->wake_fd = -1;
	int rc = async_without("io_uring")
			 ? -ENOSYS
			 : io_uring_queue_init_params(ASYNC_URING_ENTRIES, &uring->ring, &params);
	for (int i = 0; i < LATE_TRIES && rc == -ENOMEM; i++, usleep(LATE_US))
		rc = io_uring_queue_init_params(ASYNC_URING_ENTRIES, &uring->ring, &params);
	uring->open = rc == 0;
	if (rc == 0)
		rc = provide_buffers(uring);
	if (rc == 0 && (uring->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
		rc = -errno;
	if (rc == 0) {
		struct uring_poll *wake = calloc(1, sizeof *wake);
		if (wake == NULL) {
			rc = -ENOMEM;
		} else {
			wake->op.complete = edge;
			wake->link.release = release_poll;
			wake->uring = uring;
			wake->fd = -1;
			uring_remember(uring, &wake->link);
			uring->wake = wake;
			arm(wake, uring->wake_fd, POLLIN);
		}
	}
	if (rc != 0) {
		uring_close(&uring->poller);
		return rc == -EINVAL ? -ENOSYS : rc; /* an older kernel does not know the flags */
	}
	*poller = &uring->poller;
	return 0;
}

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
	if (once->done)
		return once->res;
	async_uring_cancel(uring, &once->op);
	while (!once->done)
		async_park(self, ASYNC_PARKED_FIRMLY);
	if (once->res == -ECANCELED || once->res == -EINTR)
		return rc;
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
		struct io_uring_sqe *sqe = async_uring_sqe(uring, &once.op);

		io_uring_prep_send(sqe, fd, from + done, bytes - done, MSG_NOSIGNAL | MSG_WAITALL);
		sqe->user_data = (uint64_t)(uintptr_t)&once.op;
		int rc = finish_once(uring, &once, "async_write");
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
	struct io_uring_sqe *sqe = async_uring_sqe(uring, &once.op);

	if (write)
		io_uring_prep_write(sqe, fd, buffer, (unsigned)bytes, (uint64_t)offset);
	else
		io_uring_prep_read(sqe, fd, buffer, (unsigned)bytes, (uint64_t)offset);
	sqe->user_data = (uint64_t)(uintptr_t)&once.op;
	return finish_once(uring, &once, write ? "async_pwrite" : "async_pread");
}

#else

/* Built without liburing: the model says so when it is opened, the rest is never reached. */
int async_uring_open(struct async_poller **poller, struct async_loop *loop)
{
	(void)poller;
	(void)loop;
	return -ENOSYS;
}

ssize_t async_uring_recv(
	int fd, struct async_descriptor *descriptor, void *buffer, size_t bytes, void **lent)
{
	(void)fd, (void)descriptor, (void)buffer, (void)bytes, (void)lent;
	return -ENOSYS;
}

ssize_t async_uring_send(int fd, const void *buffer, size_t bytes)
{
	(void)fd, (void)buffer, (void)bytes;
	return -ENOSYS;
}

int async_uring_accept(int fd, struct async_descriptor *descriptor)
{
	(void)fd, (void)descriptor;
	return -ENOSYS;
}

ssize_t async_uring_transfer(int fd, bool write, void *buffer, size_t bytes, off_t offset)
{
	(void)fd, (void)write, (void)buffer, (void)bytes, (void)offset;
	return -ENOSYS;
}

void async_uring_flush(struct async_loop *loop)
{
	(void)loop;
}

bool async_uring_release(struct async_loop *loop, void *buffer)
{
	(void)loop, (void)buffer;
	return false;
}

ssize_t async_uring_stop(struct async_descriptor *descriptor, int fd, void *unread, size_t bytes)
{
	(void)descriptor, (void)fd, (void)unread, (void)bytes;
	return 0;
}

#endif
