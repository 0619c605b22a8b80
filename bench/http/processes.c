/*
 * http on processes: each child blocks in its own connection.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/block_socket.h"
#include "bench/block_until.h"
#include "bench/http/http.h"

#ifdef HAVE_HTTP_PARSER

static int flush(struct slot *slot, int fd, struct http_out *out)
{
	int rc = block_send(fd, out->bytes, out->used);

	if (rc == 0)
		http_sent(slot, out);
	return rc;
}

/* Answers all that has been fed. */
static int answer(struct slot *slot, int fd, struct http_session *session)
{
	struct http_request request;
	struct http_out out = {0};
	int rc = 0;

	while (rc == 0 && http_next(session, &request)) {
		if (request.wait_ns > 0)
			rc = block_until(slot_begin(slot) + request.wait_ns);
		if (rc == 0 && request.iterations > 0)
			rc = http_compute(&request);
		while (rc == 0 && !http_reply(session, &request, &out))
			rc = flush(slot, fd, &out);
	}
	return rc == 0 && out.used > 0 ? flush(slot, fd, &out) : rc;
}

/* Reads what a refused sender goes on sending: closing at once would take our answer from him. */
static void linger(int fd)
{
	enum { LINGER_NS = 500000000 };
	char buffer[HTTP_BUFFER_BYTES];
	ssize_t got = 1;

	shutdown(fd, SHUT_WR);
	if (receive_at_most(fd, LINGER_NS) != 0)
		return;
	for (size_t done = 0; got > 0 && done < HTTP_LINGER_BYTES; done += (size_t)got)
		got = block_receive(fd, buffer, sizeof(buffer));
}

/* One connection; how it ends is its own affair. */
static void serve(struct slot *slot, int fd, struct http_session *session)
{
	char buffer[HTTP_BUFFER_BYTES];
	int rc = receive_at_most(fd, session->http->receive_ns);

	while (rc == 0 && !session->closing) {
		ssize_t got = block_receive(fd, buffer, sizeof(buffer));
		if (got == -EAGAIN)
			http_silence(session);
		else if (got < 0)
			return;
		else
			http_feed(session, buffer, (size_t)got);
		rc = answer(slot, fd, session);
	}
	if (rc == 0 && session->refused)
		linger(fd);
}

int http_processes_task(void *arg)
{
	struct slot *slot = arg;
	const struct http *http = slot->orders->shared;
	struct http_session session;
	int rc = 0;

	while (rc == 0) {
		int fd = block_accept(http->listener);
		rc = http_accepted(&session, slot, fd);
		if (rc == 0)
			serve(slot, fd, &session);
		if (rc == 0)
			http_left(&session);
		if (fd >= 0)
			close(fd);
	}
	slot->rc = rc == -ECANCELED ? 0 : rc;
	return slot_result(slot);
}

int http_processes(struct orders *orders)
{
	return crew_run(orders, http_processes_task);
}

#endif
