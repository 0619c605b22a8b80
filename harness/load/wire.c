/*
 * Plain bytes and TLS. See wire.h.
 */
#include "harness/load/wire.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/load/tls.h"

int wire_open(struct wire *wire, int fd, struct ssl_ctx_st *context, const char *host)
{
	*wire = (struct wire){.fd = fd};
	if (context == NULL)
		return 0;
	wire->tls = tls.SSL_new(context);
	if (wire->tls == NULL || tls.SSL_set_fd(wire->tls, fd) != 1)
		return -ENOMEM;
	tls.SSL_ctrl(wire->tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
		(void *)(uintptr_t)host);
	tls.SSL_set_connect_state(wire->tls);
	return 0;
}

void wire_close(struct wire *wire)
{
	if (wire->tls != NULL)
		tls.SSL_free(wire->tls);
	wire->tls = NULL;
	if (wire->fd >= 0)
		close(wire->fd);
	wire->fd = -1;
}

/* What a call of TLS that did not move bytes means. */
static ssize_t tls_error(struct wire *wire, int result)
{
	int error = errno, why = tls.SSL_get_error(wire->tls, result);

	tls.ERR_clear_error();
	switch (why) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return -EAGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		return error != 0 ? -error : -ECONNRESET;
	default:
		return -EPROTO;
	}
}

ssize_t wire_send(struct wire *wire, const void *buffer, size_t bytes)
{
	if (__builtin_expect(wire->tls != NULL, 0)) {
		errno = 0;
		int sent = tls.SSL_write(wire->tls, buffer, bytes < INT_MAX ? (int)bytes : INT_MAX);
		return sent > 0 ? sent : tls_error(wire, sent);
	}
	ssize_t sent = send(wire->fd, buffer, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
	return sent < 0 ? -errno : sent;
}

ssize_t wire_receive(struct wire *wire, void *buffer, size_t bytes)
{
	if (__builtin_expect(wire->tls != NULL, 0)) {
		errno = 0;
		int got = tls.SSL_read(wire->tls, buffer, bytes < INT_MAX ? (int)bytes : INT_MAX);
		return got > 0 ? got : tls_error(wire, got);
	}
	ssize_t got = recv(wire->fd, buffer, bytes, MSG_DONTWAIT);
	return got < 0 ? -errno : got;
}
