/*
 * The ring of the io_uring poller, shared by uring.c and uring_stream.c only.
 */
#ifndef CONCBENCH_MODELS_ASYNC_URING_RING_H
#define CONCBENCH_MODELS_ASYNC_URING_RING_H

#include <liburing.h>
#include <sys/epoll.h>

#include "models/async/lend.h"
#include "models/async/uring.h"

enum {
	URING_GROUP = 0,
	URING_NO_CHUNK = 0xffff,
	URING_BUFFERS_FIRST = 64 /* in use until they run out: few stay in the caches */
};

/* Something in flight; its address is the user data. */
struct uring_op {
	void (*complete)(struct uring_op *op, int res, unsigned flags);
	struct uring_op *cancel_next; /* among the cancels that could not be submitted yet */
};

/* What is allocated while in flight: released with the ring if it is still there then. */
struct uring_link {
	struct uring_link *next, *prev;
	void (*release)(struct uring_link *link);
};

struct uring_poll {
	struct uring_link link; /* first: released by it */
	struct uring_op op;
	struct uring *uring;
	int fd; /* -1: the wake-up's own, or no longer of interest */
};

/* A provided buffer that holds data nobody has read yet, or that is lent. */
struct uring_chunk {
	uint32_t offset, bytes;
	uint16_t next;
	bool lent;
};

struct uring {
	struct async_poller poller; /* first */
	struct io_uring ring;
	bool open;
	int wake_fd;
	struct io_uring_buf_ring *provided;
	size_t provided_bytes;
	char *buffers;
	unsigned buffers_used; /* of ASYNC_URING_BUFFERS, the others were never provided */
	unsigned available;    /* buffers the kernel may take */
	struct uring_link *links;
	struct uring_poll *wake;  /* the wake-up's own */
	bool wake_is_armed;       /* else the loop looks for wake-ups itself, and tries again */
	struct uring_op *cancels; /* that could not be submitted yet */
	struct uring_chunk chunks[ASYNC_URING_BUFFERS];
};

static inline void uring_remember(struct uring *uring, struct uring_link *link)
{
	link->prev = NULL;
	link->next = uring->links;
	if (link->next != NULL)
		link->next->prev = link;
	uring->links = link;
}

static inline void uring_forget(struct uring *uring, struct uring_link *link)
{
	if (link->prev != NULL)
		link->prev->next = link->next;
	else
		uring->links = link->next;
	if (link->next != NULL)
		link->next->prev = link->prev;
}

/* Gives a buffer to the kernel. */
static inline void async_uring_provide(struct uring *uring, unsigned id)
{
	io_uring_buf_ring_add(uring->provided, uring->buffers + (size_t)id * ASYNC_LEND_BYTES,
		ASYNC_LEND_BYTES, (unsigned short)id, io_uring_buf_ring_mask(ASYNC_URING_BUFFERS),
		0);
	io_uring_buf_ring_advance(uring->provided, 1);
	uring->available++;
}

/* Lets the kernel have more buffers than so far. Returns  false when it has all of them. */
bool async_uring_provide_more(struct uring *uring);

/*
 * Room for a submission of op; set its user data with async_uring_prepared after preparing it.
 *   Returns  0; -errno of the submission that did not make room: the kernel has no memory for what
 *            was queued before (-EAGAIN), or wants completions to be taken first (-EBUSY).
 */
int async_uring_sqe(struct uring *uring, struct io_uring_sqe **sqe)
	__attribute__((warn_unused_result));

static inline void async_uring_prepared(struct io_uring_sqe *sqe, struct uring_op *op)
{
	sqe->user_data = (uint64_t)(uintptr_t)op;
}

/* Cancels an operation in flight, whose completion is still to come; now, or at a later wait when
 * there is no room. */
void async_uring_cancel(struct uring *uring, struct uring_op *op);

#endif
