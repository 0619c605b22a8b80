/*
 * The ring of the io_uring poller, shared by uring.c and uring_stream.c only.
 */
#ifndef CONCBENCH_MODELS_ASYNC_URING_RING_H
#define CONCBENCH_MODELS_ASYNC_URING_RING_H

#include <liburing.h>
#include <sys/epoll.h>

#include "models/async/lend.h"
#include "models/async/uring.h"

enum { URING_GROUP = 0, URING_NO_CHUNK = 0xffff };

/* Something in flight; its address is the user data. */
struct uring_op {
	void (*complete)(struct uring_op *op, int res, unsigned flags);
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

/* A provided buffer that holds data nobody has read yet. */
struct uring_chunk {
	uint32_t offset, bytes;
	uint16_t next;
};

struct uring {
	struct async_poller poller; /* first */
	struct io_uring ring;
	bool open;
	int wake_fd;
	struct io_uring_buf_ring *provided;
	size_t provided_bytes;
	char *buffers;
	unsigned available; /* buffers the kernel may take */
	struct uring_link *links;
	struct uring_poll *wake; /* the wake-up's own */
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

/* A submission for op; prepare it, then set its user data again (preparing clears it). */
struct io_uring_sqe *async_uring_sqe(struct uring *uring, struct uring_op *op);
void async_uring_cancel(struct uring *uring, struct uring_op *op);

#endif
