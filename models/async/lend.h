/*
 * Lent buffers: receiving into memory of the runtime's, given back after use.
 *
 * A connection that waits holds no buffer: with epoll one is taken when data is there, with
 * io_uring the kernel takes one from the ring of provided buffers. Both lend at most
 * ASYNC_LEND_BYTES at once.
 */
#ifndef CONCBENCH_MODELS_ASYNC_LEND_H
#define CONCBENCH_MODELS_ASYNC_LEND_H

#include <stddef.h>
#include <sys/types.h>

enum { ASYNC_LEND_BYTES = 4096 };

struct async_loop;

/*
 * Waits for data of a stream and lends it.
 *   buffer   set to the data when the result is positive; async_release gives it back
 *   Returns  bytes, 0 at the end of the stream, or -errno as async_read.
 *   Threads  a task.
 */
ssize_t async_recv_lend(int fd, void **buffer);

/* Gives a lent buffer back, on the loop that lent it; NULL is fine. */
void async_release(void *buffer);

/* For the runtime: the buffers of a loop with epoll. */
void async_lend_close(struct async_loop *loop);

#endif
