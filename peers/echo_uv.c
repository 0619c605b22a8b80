/*
 * An echo server over libuv, as its guide writes it, with two liberties that make it cheaper: the
 * buffer and the write request live in the connection, and a reply is first tried at once.
 */
#include <uv.h>

#include "peers/echo.h"

struct connection {
	uv_tcp_t tcp;
	uv_write_t write;
	char buffer[ECHO_BUFFER_BYTES];
};

static uv_tcp_t listener;
static int connections;

static void lend(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct connection *connection = (struct connection *)handle;

	(void)suggested;
	*buffer = uv_buf_init(connection->buffer, sizeof connection->buffer);
}

static void closed(uv_handle_t *handle)
{
	free(handle);
	if (--connections == 0)
		uv_close((uv_handle_t *)&listener, NULL);
}

static void written(uv_write_t *write, int status)
{
	if (status < 0)
		uv_close((uv_handle_t *)write->handle, closed);
}

static void received(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
	struct connection *connection = (struct connection *)stream;
	uv_buf_t reply = uv_buf_init(buffer->base, got > 0 ? (unsigned)got : 0);

	if (got < 0)
		uv_close((uv_handle_t *)stream, closed);
	if (got <= 0)
		return;
	int written_now = uv_try_write(stream, &reply, 1);
	if (written_now == got)
		return;
	if (written_now > 0)
		reply = uv_buf_init(reply.base + written_now, (unsigned)(got - written_now));
	uv_write(&connection->write, stream, &reply, 1, written);
}

static void connected(uv_stream_t *stream, int status)
{
	struct connection *connection = malloc(sizeof *connection);

	if (status < 0 || connection == NULL) {
		free(connection);
		return;
	}
	uv_tcp_init(stream->loop, &connection->tcp);
	connections++;
	if (uv_accept(stream, (uv_stream_t *)&connection->tcp) != 0) {
		uv_close((uv_handle_t *)&connection->tcp, closed);
		return;
	}
	uv_tcp_nodelay(&connection->tcp, 1);
	uv_read_start((uv_stream_t *)&connection->tcp, lend, received);
}

int main(int argc, char **argv)
{
	uv_loop_t *loop = uv_default_loop();

	uv_tcp_init(loop, &listener);
	echo_need(uv_tcp_open(&listener, echo_listener(argc, argv)) == 0, "uv_tcp_open");
	echo_need(uv_listen((uv_stream_t *)&listener, 4096, connected) == 0, "uv_listen");
	return uv_run(loop, UV_RUN_DEFAULT);
}
