/*
 * http on threads: each blocks in its own connection.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "bench/block_until.h"
#include "bench/http/http.h"
#include "models/threads/gil.h"

#ifdef HAVE_HTTP_PARSER

static int accept_one(const struct http *http)
{
	gil_leave();
	int fd = accept4(http->listener, NULL, NULL, SOCK_CLOEXEC);
	int rc = fd < 0 ? -errno : fd;
	gil_enter();
	return rc;
}

static ssize_t receive(int fd, void *buffer, size_t bytes)
{
	gil_leave();
	ssize_t got = recv(fd, buffer, bytes, 0);
	ssize_t rc = got < 0 ? -errno : got;
	gil_enter();
	return rc;
}

static int limit_receive(int fd, uint64_t ns)
{
	struct timeval limit = {(time_t)(ns / 1000000000), (suseconds_t)(ns % 1000000000 / 1000)};

	if (ns > 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0)
		return -errno;
	return 0;
}

static int flush(struct slot *slot, int fd, struct http_out *out)
{
	int rc = 0;

	gil_leave();
	for (size_t done = 0; rc == 0 && done < out->used;) {
		ssize_t sent = send(fd, out->bytes + done, out->used - done, MSG_NOSIGNAL);
		if (sent < 0)
			rc = -errno;
		else
			done += (size_t)sent;
	}
	gil_enter();
	if (rc == 0)
		http_sent(slot, out);
	return rc;
}

static int wait_until(uint64_t deadline_ns)
{
	gil_leave();
	int rc = block_until(deadline_ns);
	gil_enter();
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
			rc = wait_until(slot_begin(slot) + request.wait_ns);
		if (rc == 0 && request.iterations > 0)
			rc = http_compute(&request);
		while (rc == 0 && !http_reply(session, &request, &out))
			rc = flush(slot, fd, &out);
		gil_checkpoint();
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
	if (limit_receive(fd, LINGER_NS) != 0)
		return;
	for (size_t done = 0; got > 0 && done < HTTP_LINGER_BYTES; done += (size_t)got)
		got = receive(fd, buffer, sizeof(buffer));
}

/* One connection; how it ends is its own affair. */
static void serve(struct slot *slot, int fd, struct http_session *session)
{
	char buffer[HTTP_BUFFER_BYTES];
	int rc = limit_receive(fd, session->http->receive_ns);

	while (rc == 0 && !session->closing) {
		ssize_t got = receive(fd, buffer, sizeof(buffer));
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

int http_threads_task(void *arg)
{
	struct slot *slot = arg;
	const struct http *http = slot->orders->shared;
	struct http_session session;
	int rc = 0;

	while (rc == 0) {
		int fd = accept_one(http);
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

int http_threads(struct orders *orders)
{
	return crew_run(orders, http_threads_task);
}

#endif
