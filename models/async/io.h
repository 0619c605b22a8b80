/*
 * Reading, writing, connections: the call is tried first, and only when it would block the task
 * waits for the descriptor. Any number of tasks may wait for one descriptor, first come first
 * served.
 *
 * Sockets may be blocking or not, other descriptors are made non-blocking at first use (which their
 * copies in other processes see, too). Regular files go to the executor. Close by async_close what
 * was used here: the runtime remembers descriptors by number.
 */
#ifndef CONCBENCH_MODELS_ASYNC_IO_H
#define CONCBENCH_MODELS_ASYNC_IO_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

/*
 * Each parks the task where the plain call would block.
 *   Returns  as the plain call, or -errno; -ECANCELED or -ETIMEDOUT after an interrupt: nothing was
 *            read or accepted then.
 *   Threads  a task.
 */
ssize_t async_read(int fd, void *buffer, size_t bytes);
int async_accept(int listener, struct sockaddr *address,
	socklen_t *length); /* non-blocking, close-on-exec */
int async_connect(int fd, const struct sockaddr *address, socklen_t length);
ssize_t async_recvmsg(int fd, struct msghdr *message, int flags);
ssize_t async_sendmsg(int fd, const struct msghdr *message, int flags);

/*
 * Writes all of it.
 *   Returns  bytes, or -errno; after an interrupt -errno only if nothing was written, else how much
 *            (the interrupt comes again with the next waiting call).
 */
ssize_t async_write(int fd, const void *buffer, size_t bytes);

/*
 * Regular files, at an offset, never blocking the loop: what is cached is copied at once, the rest
 * is read by the executor.
 */
ssize_t async_pread(int fd, void *buffer, size_t bytes, off_t offset);
ssize_t async_pwrite(int fd, const void *buffer, size_t bytes, off_t offset);

/* Waits until a plain call would not block. Returns  0 or -errno. */
int async_wait_readable(int fd);
int async_wait_writable(int fd);

/*
 * Forgets a descriptor and closes it; tasks that wait for it get -EBADF.
 *   Returns  0, -errno of close(2).
 */
int async_close(int fd);

/*
 * Forgets a descriptor without closing it: it may be used by plain calls and other loops.
 *   unread   room for data that was received for async_read and not read yet (io_uring); NULL: none
 *   Returns  bytes of it; -EMSGSIZE: more than the room; -EBUSY: connections that were accepted
 *            already wait (accept them first); it is not forgotten in these two cases.
 *   Threads  a task.
 */
ssize_t async_detach(int fd, void *unread, size_t bytes);

#endif
