/*
 * io_uring in its own idiom: completions, not readiness. For the runtime.
 *
 * Stream sockets have one multishot receive each, into a ring of provided buffers; what arrives
 * waits as chunks in the descriptor's stream until a task reads it, so an interrupted reader loses
 * nothing. Listeners have one multishot accept. Sends and file transfers are queued and submitted
 * together with the next wait. What is neither (pipes, datagrams) is polled by the ring,
 * edge-triggered as by epoll.
 */
#ifndef CONCBENCH_MODELS_ASYNC_URING_H
#define CONCBENCH_MODELS_ASYNC_URING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "models/async/descriptor.h"
#include "models/async/loop.h"
#include "models/async/poller.h"

enum {
	ASYNC_URING_ENTRIES = 1024, /* submissions between two waits */
	ASYNC_URING_BUFFERS = 1024, /* provided, of ASYNC_LEND_BYTES each: 4 MiB */
	ASYNC_URING_QUEUED = 32 /* chunks of one stream that nobody reads before it is stopped */
};

/* Whether reads of this descriptor are completions. */
static inline bool async_uring_reads(const struct async_descriptor *descriptor)
{
	return descriptor->is_socket && descriptor->drains && async_thread.loop->poller->is_uring;
}

/* Reads into buffer, or, if lent is not NULL, lends a chunk. As async_read. */
ssize_t async_uring_recv(
	int fd, struct async_descriptor *descriptor, void *buffer, size_t bytes, void **lent);

ssize_t async_uring_send(int fd, const void *buffer, size_t bytes);
int async_uring_accept(int fd, struct async_descriptor *descriptor);
ssize_t async_uring_transfer(int fd, bool write, void *buffer, size_t bytes, off_t offset);

/*
 * Submits cancels now: what is in flight holds its file, so that closing the descriptor alone would
 * neither end a connection nor a listener before the next wait.
 */
void async_uring_flush(struct async_loop *loop);

/* True if the buffer was one of the ring's; it can be provided again then. */
bool async_uring_release(struct async_loop *loop, void *buffer);

/*
 * Stops the multishot operation on a descriptor and takes what it still had.
 *   unread   room for bytes unread data, or NULL: it is dropped, accepted connections are closed
 *   Returns  bytes of unread data, or, with NULL, whether the operation is still in flight;
 * -EMSGSIZE: more than the room; -EBUSY: accepted connections wait. It goes on in both cases.
 */
ssize_t async_uring_stop(struct async_descriptor *descriptor, int fd, void *unread, size_t bytes);

#endif
