/*
 * How a connection's bytes go and come: as they are, or by TLS.
 */
#ifndef CONCBENCH_HARNESS_LOAD_WIRE_H
#define CONCBENCH_HARNESS_LOAD_WIRE_H

#include <stddef.h>
#include <sys/types.h>

struct ssl_st;
struct ssl_ctx_st;

struct wire {
	int fd;
	struct ssl_st *tls; /* NULL: as they are */
};

/*
 * Readies TLS on a descriptor; the handshake comes with the first bytes.
 *   context  NULL: plain
 *   host     for the server's choice of a certificate
 *   Returns  0 or -ENOMEM.
 */
int wire_open(struct wire *wire, int fd, struct ssl_ctx_st *context, const char *host)
	__attribute__((warn_unused_result));

/* Closes the descriptor, too; harmless where there is none (-1). */
void wire_close(struct wire *wire);

/*
 * Never wait.
 *   Returns  bytes, receive: 0 at the end; -EAGAIN, -EPROTO (TLS) or -errno.
 */
ssize_t wire_send(struct wire *wire, const void *buffer, size_t bytes);
ssize_t wire_receive(struct wire *wire, void *buffer, size_t bytes);

#endif
