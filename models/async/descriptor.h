/*
 * What the loop knows of each descriptor: what kind it is, whether it is registered, who waits.
 *
 * One flat table indexed by descriptor, reserved for as many as the process may open and touched
 * only where used. A descriptor is registered once, edge-triggered for both directions, at its
 * first wait; `readable` and `writable` remember an edge until a call has said EAGAIN.
 */
#ifndef CONCBENCH_MODELS_ASYNC_DESCRIPTOR_H
#define CONCBENCH_MODELS_ASYNC_DESCRIPTOR_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/async/future.h"

struct async_loop;
struct async_stream;
struct uring_poll;

struct async_descriptor {
	struct async_waiters readers, writers;
	struct async_stream *stream; /* io_uring: the multishot operation on it */
	struct uring_poll *poll;     /* io_uring: its registration */
	uint8_t known;               /* kind found out, made non-blocking */
	uint8_t registered;          /* with the poller */
	uint8_t is_socket;
	uint8_t is_file;   /* never would block as far as the kernel knows: goes to the executor */
	uint8_t is_direct; /* a file past the page cache: waits for the device, whatever is asked */
	uint8_t drains;    /* a short read proves that nothing is left: stream socket */
	uint8_t hung_up;   /* the other side is gone: no further edge will come */
	uint8_t readable, writable;
	uint8_t quick; /* a registered stream socket with epoll: receives by a shorter way */
};

struct async_descriptors {
	struct async_descriptor *table;
	size_t room; /* the process cannot have descriptors beyond */
};

int async_descriptors_open(struct async_descriptors *descriptors)
	__attribute__((warn_unused_result));
void async_descriptors_close(struct async_descriptors *descriptors);

/* Finds out what kind fd is. Returns  0, -EBADF. */
int async_descriptor_know(struct async_descriptor *descriptor, int fd)
	__attribute__((warn_unused_result));

/*
 * The state of a descriptor, its kind known.
 *   Returns  0, -EBADF.
 */
static inline int async_descriptor_find(
	struct async_descriptors *descriptors, int fd, struct async_descriptor **descriptor)
{
	if (__builtin_expect((size_t)(unsigned)fd >= descriptors->room, 0))
		return -EBADF;
	*descriptor = &descriptors->table[fd];
	return (*descriptor)->known ? 0 : async_descriptor_know(*descriptor, fd);
}

/*
 * The same, and lets the poller tell its edges: for whoever is about to wait.
 */
int async_descriptor_register(struct async_loop *loop, int fd, struct async_descriptor **descriptor)
	__attribute__((warn_unused_result));

/* What an edge means; events are epoll's. */
void async_descriptor_edge(struct async_descriptor *descriptor, uint32_t events);

#endif
