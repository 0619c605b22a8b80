/*
 * http on the event loop: a coroutine per connection, which receives into memory that the loop
 * lends.
 */
#include "bench/http/http.h"
#include "models/async/async.h"

#ifdef HAVE_HTTP_PARSER

static ssize_t receive(int fd, const struct http *http, void **buffer)
{
	struct async_timeout limit;

	if (http->receive_ns == 0)
		return async_recv_lend(fd, buffer);
	int rc = async_timeout_begin(&limit, http->receive_ns);
	ssize_t got = rc != 0 ? rc : async_recv_lend(fd, buffer);
	if (rc == 0)
		async_timeout_end(&limit);
	return got;
}

static int flush(struct slot *slot, int fd, struct http_out *out)
{
	ssize_t sent = async_write(fd, out->bytes, out->used);

	if (sent < 0)
		return (int)sent;
	http_sent(slot, out);
	return 0;
}

/* Answers all that has been fed. */
static int answer(struct slot *slot, int fd, struct http_session *session)
{
	struct http_request request;
	struct http_out out = {0};
	int rc = 0;

	while (rc == 0 && http_next(session, &request)) {
		if (request.wait_ns > 0)
			rc = async_sleep_until(slot_begin(slot) + request.wait_ns);
		if (rc == 0 && request.iterations > 0)
			rc = async_compute(http_compute, &request);
		while (rc == 0 && !http_reply(session, &request, &out))
			rc = flush(slot, fd, &out);
	}
	return rc == 0 && out.used > 0 ? flush(slot, fd, &out) : rc;
}

/* Reads what a refused sender goes on sending: closing at once would take our answer from him. */
static void linger(int fd)
{
	enum { LINGER_NS = 500000000 };
	struct async_timeout limit;
	void *buffer;
	ssize_t got = 1;

	shutdown(fd, SHUT_WR);
	if (async_timeout_begin(&limit, LINGER_NS) != 0)
		return;
	for (size_t done = 0; got > 0 && done < HTTP_LINGER_BYTES; done += (size_t)got) {
		got = async_recv_lend(fd, &buffer);
		if (got > 0)
			async_release(buffer);
	}
	async_timeout_end(&limit);
}

/* One connection; how it ends is its own affair. */
static void serve(struct slot *slot, int fd, struct http_session *session)
{
	int rc = 0;

	while (rc == 0 && !session->closing) {
		void *buffer = NULL;
		ssize_t got = receive(fd, session->http, &buffer);
		if (got == -ETIMEDOUT)
			http_silence(session);
		else if (got < 0)
			return;
		else
			http_feed(session, buffer, (size_t)got);
		rc = answer(slot, fd, session);
		async_release(got > 0 ? buffer : NULL);
	}
	if (rc == 0 && session->refused)
		linger(fd);
}

int http_async_task(void *arg)
{
	struct slot *slot = arg;
	const struct http *http = slot->orders->shared;
	struct http_session session;
	int rc = 0;

	while (rc == 0) {
		int fd = async_accept(http->listener, NULL, NULL);
		rc = http_accepted(&session, slot, fd);
		if (rc == 0)
			serve(slot, fd, &session);
		if (rc == 0)
			http_left(&session);
		if (fd >= 0)
			async_close(fd);
	}
	slot->rc = rc == -ECANCELED ? 0 : rc;
	return slot_result(slot);
}

int http_async(struct orders *orders)
{
	return crew_run(orders, http_async_task);
}

#endif
