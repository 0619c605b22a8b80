/*
 * Where a server listens and how a client gets there, as one number that fits orders_publish.
 *
 * TCP: an address 127.0.0.x drawn from the process and a port drawn by the kernel, both fresh for
 * every invocation, so that connections of an earlier one that linger in TIME_WAIT lie elsewhere.
 * UNIX: a name of the abstract namespace chosen by the kernel: no socket file that could stay
 * behind.
 */
#ifndef CONCBENCH_HARNESS_LOAD_ENDPOINT_H
#define CONCBENCH_HARNESS_LOAD_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum endpoint_family { ENDPOINT_TCP, ENDPOINT_UNIX };

/* Names of the families in order, ended by NULL: the choices of a parameter. */
extern const char *const endpoint_families[];

/*
 * Opens a listener, blocking and close-on-exec.
 *   backlog  connections that may wait to be accepted; the kernel cuts it at net.core.somaxconn
 *   number   set to what endpoint_connect needs; never 0
 *   Returns  the descriptor, which the caller closes, or -errno.
 *   Threads  any.
 */
int endpoint_listen(enum endpoint_family family, int backlog, uint32_t *number)
	__attribute__((warn_unused_result));

/*
 * The same at a port of 127.0.0.1, for programs that are not ours.
 *   port     1 .. 65535
 */
int endpoint_listen_at(int port, int backlog, uint32_t *number) __attribute__((warn_unused_result));

/*
 * One more listener at the number of an earlier one (TCP, which must have been made by
 * endpoint_listen_among, too): the kernel spreads connections over them by a hash (SO_REUSEPORT).
 *   number   0: the first of them; set as by endpoint_listen
 */
int endpoint_listen_among(int backlog, uint32_t *number) __attribute__((warn_unused_result));

/* A TCP listener's number as "http://127.0.0.3:40001/". */
void endpoint_url(uint32_t number, char *text, size_t bytes);

/*
 * Begins a connection and does not wait for it.
 *   serial   TCP: a count of the caller's connections; every 8000 of them leave from another
 *            address of this machine, because past 14 000 ports of one a connect takes long
 *   begun    set to whether it is not established yet
 *   Returns  a non-blocking descriptor, which the caller closes, or -errno.
 */
int endpoint_dial(enum endpoint_family family, uint32_t number, bool nodelay, uint64_t serial,
	bool *begun) __attribute__((warn_unused_result));

/*
 * Connects; gives up after 5 s.
 *   nodelay  TCP_NODELAY; without meaning for UNIX sockets
 *   Returns  a blocking descriptor, which the caller closes, or -errno (-ETIMEDOUT).
 *   Threads  any.
 */
int endpoint_connect(enum endpoint_family family, uint32_t number, bool nodelay)
	__attribute__((warn_unused_result));

/*
 * Sets what both ends of a kept connection set: TCP_NODELAY where asked for.
 *   Returns  0 or -errno; 0 for UNIX sockets.
 */
int endpoint_configure(int fd, enum endpoint_family family, bool nodelay)
	__attribute__((warn_unused_result));

/*
 * What the socket itself says of the payload bytes that the other side has acknowledged and that
 * have arrived here (TCP_INFO). Only of the side that connected, before anything is shut down.
 *   Returns  0, -EOPNOTSUPP where the socket has no such count (UNIX), or -errno.
 */
int endpoint_counts(int fd, uint64_t *acknowledged, uint64_t *received)
	__attribute__((warn_unused_result));

/*
 * Raises the soft limit of descriptors so that so many more fit, as far as the hard limit allows.
 *   Returns  the limit now; the caller finds out with -EMFILE when it is too low.
 */
uint64_t endpoint_reserve(int descriptors);

#endif
