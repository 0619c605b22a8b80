/*
 * What tasks that own their thread do with a socket: each call blocks the thread until it is done.
 * The same for threads and processes, which differ in what they do around it.
 */
#ifndef CONCBENCH_BENCH_BLOCK_SOCKET_H
#define CONCBENCH_BENCH_BLOCK_SOCKET_H

#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/time.h>

/* The next connection of a blocking listener. Returns  a descriptor or -errno.   Threads: any. */
static inline int block_accept(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* What is there, at least a byte. Returns  bytes, 0 at the end, or -errno.   Threads: any. */
static inline ssize_t block_receive(int fd, void *buffer, size_t bytes)
{
	ssize_t got = recv(fd, buffer, bytes, 0);

	return got < 0 ? -errno : got;
}

/*
 * Sends all of it; a blocking socket stops short only when a signal comes.
 *   Returns  0 or -errno (-EPIPE without a signal).   Threads: any.
 */
static inline int block_send(int fd, const char *buffer, size_t bytes)
{
	for (size_t done = 0; done < bytes;) {
		ssize_t sent = send(fd, buffer + done, bytes - done, MSG_NOSIGNAL);
		if (sent < 0)
			return -errno;
		done += (size_t)sent;
	}
	return 0;
}

/* block_receive then gives up after so long, with -EAGAIN; 0: never. Returns  0 or -errno. */
static inline int receive_at_most(int fd, uint64_t ns)
{
	struct timeval limit = {(time_t)(ns / 1000000000), (suseconds_t)(ns % 1000000000 / 1000)};

	if (ns > 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0)
		return -errno;
	return 0;
}

#endif
