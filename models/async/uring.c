/*
 * The io_uring poller: the ring, its submissions and waits, and what it polls.
 */
#include "models/async/uring.h"

#include <errno.h>

#ifdef HAVE_LIBURING

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "models/async/lend.h"
#include "models/async/task.h"
#include "models/async/uring_ring.h"

enum { RETRY_NS = 100000 }; /* until what the kernel had no memory for is tried again */

int async_uring_sqe(struct uring *uring, struct io_uring_sqe **sqe)
{
	int rc = 0;

	*sqe = io_uring_get_sqe(&uring->ring);
	if (*sqe != NULL)
		return 0;
	rc = io_uring_submit(&uring->ring); /* more than fits between two waits */
	*sqe = io_uring_get_sqe(&uring->ring);
	if (*sqe != NULL)
		return 0;
	/* not again and again: the caller's task is told, the loop goes on */
	return rc < 0 ? rc : -EBUSY;
}

static bool submit_cancel(struct uring *uring, struct uring_op *op)
{
	struct io_uring_sqe *sqe;

	if (async_uring_sqe(uring, &sqe) != 0)
		return false;
	io_uring_prep_cancel64(sqe, (uint64_t)(uintptr_t)op, 0);
	async_uring_prepared(sqe, NULL);
	return true;
}

void async_uring_cancel(struct uring *uring, struct uring_op *op)
{
	if (!submit_cancel(uring, op)) {
		op->cancel_next = uring->cancels;
		uring->cancels = op;
	}
}

/* It ended before its cancel could be submitted. */
static void forget_cancel(struct uring *uring, const struct uring_op *op)
{
	struct uring_op **link = &uring->cancels;

	while (*link != NULL && *link != op)
		link = &(*link)->cancel_next;
	if (*link != NULL)
		*link = op->cancel_next;
}

/* What completions concern, all at once: with many connections it is in no cache any more. */
static void fetch(const struct uring *uring)
{
	enum { LINE = 64, MOST = 64 /* more would push each other out */ };
	struct io_uring_cqe *cqe;
	unsigned head, seen = 0;

	io_uring_for_each_cqe(&uring->ring, head, cqe)
	{
		const char *op = (const char *)(uintptr_t)cqe->user_data;

		if (seen++ == MOST)
			break;
		if (op == NULL)
			continue;
		__builtin_prefetch(op);
		__builtin_prefetch(op + LINE);
	}
}

static unsigned reap(struct uring *uring)
{
	struct io_uring_cqe *cqe;
	unsigned head, seen = 0;

	fetch(uring);
	io_uring_for_each_cqe(&uring->ring, head, cqe)
	{
		struct uring_op *op = (struct uring_op *)(uintptr_t)cqe->user_data;

		seen++;
		if (op == NULL) /* a cancel's own completion, which nobody waits for */
			continue;
		if (__builtin_expect(uring->cancels != NULL, 0) &&
			(cqe->flags & IORING_CQE_F_MORE) == 0)
			forget_cancel(uring, op);
		op->complete(op, cqe->res, cqe->flags);
	}
	io_uring_cq_advance(&uring->ring, seen);
	return seen;
}

static void arm_wake(struct uring *uring);

/* What there was no room for. Returns  whether there is still none. */
static bool catch_up(struct uring *uring)
{
	if (!uring->wake_is_armed)
		arm_wake(uring);
	while (uring->cancels != NULL && submit_cancel(uring, uring->cancels))
		uring->cancels = uring->cancels->cancel_next;
	return !uring->wake_is_armed || uring->cancels != NULL;
}

static int uring_wait(struct async_poller *poller, uint64_t timeout_ns)
{
	struct uring *uring = (struct uring *)poller;
	struct io_uring_cqe *cqe;
	int rc = 0;

	if (__builtin_expect(!uring->wake_is_armed || uring->cancels != NULL, 0) &&
		catch_up(uring) && timeout_ns > RETRY_NS)
		timeout_ns = RETRY_NS;
	struct __kernel_timespec timeout = {.tv_sec = (int64_t)(timeout_ns / 1000000000),
		.tv_nsec = (int64_t)(timeout_ns % 1000000000)};
	if (timeout_ns == 0)
		rc = io_uring_submit_and_get_events(&uring->ring);
	else if (timeout_ns == UINT64_MAX)
		rc = io_uring_submit_and_wait(&uring->ring, 1);
	else
		rc = io_uring_submit_and_wait_timeout(&uring->ring, &cqe, 1, &timeout, NULL);
	unsigned seen = reap(uring);
	if (rc >= 0 || rc == -EINTR || rc == -ETIME)
		return 0;
	/* No memory for what is queued: it stays queued. Without waiting here we would spin. */
	if (seen == 0 && timeout_ns > 0)
		nanosleep(&(struct timespec){.tv_nsec = timeout_ns < RETRY_NS ? (long)timeout_ns
									      : RETRY_NS},
			NULL);
	return rc == -EAGAIN || rc == -EBUSY ? 0 : rc;
}

static int arm(struct uring_poll *poll, int fd, unsigned events)
{
	struct io_uring_sqe *sqe;
	int rc = async_uring_sqe(poll->uring, &sqe);

	if (rc != 0)
		return rc;
	io_uring_prep_poll_multishot(sqe, fd, events | (unsigned)EPOLLET);
	async_uring_prepared(sqe, &poll->op);
	return 0;
}

static void arm_wake(struct uring *uring)
{
	uring->wake_is_armed = arm(uring->wake, uring->wake_fd, POLLIN) == 0;
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
		arm_wake(poll->uring);
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
	/* POLLPRI is left out: the ring passes on what the socket's wake-up says, which always
	 * names it */
	int rc = arm(poll, fd, POLLIN | POLLOUT | POLLRDHUP);
	if (rc != 0) {
		free(poll);
		return rc;
	}
	uring_remember(uring, &poll->link);
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

bool async_uring_provide_more(struct uring *uring)
{
	unsigned upto = uring->buffers_used == 0 ? URING_BUFFERS_FIRST : 2 * uring->buffers_used;

	if (uring->buffers_used == ASYNC_URING_BUFFERS)
		return false;
	while (uring->buffers_used < upto)
		async_uring_provide(uring, uring->buffers_used++);
	return true;
}

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
	(void)async_uring_provide_more(uring);
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
			arm_wake(uring);
		}
	}
	if (rc != 0) {
		uring_close(&uring->poller);
		return rc == -EINVAL ? -ENOSYS : rc; /* an older kernel does not know the flags */
	}
	*poller = &uring->poller;
	return 0;
}

#else

/* Built without liburing: the model says so when it is opened, the rest is never reached. */
int async_uring_open(struct async_poller **poller, struct async_loop *loop)
{
	(void)poller;
	(void)loop;
	return -ENOSYS;
}

void async_uring_flush(struct async_loop *loop)
{
	(void)loop;
}

#endif
