/*
 * echo on the event loop: a coroutine per connection. The loop lends the buffer, so that one that
 * was used a moment ago serves all connections; a buffer on each stack would be a cold one, and
 * with io_uring a copy.
 */
#include "bench/echo/echo.h"
#include "models/async/async.h"

static int hand_over(const struct echo *echo, int fd)
{
	/* the other may run in another loop */
	ssize_t sent = async_detach(fd, NULL, 0);

	if (sent >= 0)
		sent = async_write(echo->hands[1], &fd, sizeof(fd));
	return sent < 0 ? (int)sent : 0;
}

static int accept_one(const struct slot *slot, const struct echo *echo)
{
	int fd = -1, rc = 0;

	if (echo_is_given(slot, echo)) {
		ssize_t got = async_read(echo->hands[0], &fd, sizeof(fd));
		return echo_given(fd, got);
	}
	for (int left = echo_others(slot, echo); left > 0 && rc == 0; left--) {
		rc = fd = async_accept(echo->listener, NULL, NULL);
		if (fd >= 0)
			rc = hand_over(echo, fd);
	}
	return rc != 0 ? rc : async_accept(echo->listener, NULL, NULL);
}

int echo_async_task(void *arg)
{
	struct slot *slot = arg;
	const struct echo *echo = slot->orders->shared;
	void *buffer;
	size_t part = 0;
	int fd = accept_one(slot, echo);
	int rc = echo_accepted(slot, echo, fd);
	ssize_t got = rc;

	while (rc == 0 && (got = async_recv_lend(fd, &buffer)) > 0) {
		ssize_t sent = async_write(fd, buffer, (size_t)got);
		async_release(buffer);
		rc = sent < 0 ? (int)sent : 0;
		echo_count(slot, echo, (size_t)got, &part);
	}
	if (fd >= 0)
		async_close(fd);
	slot->rc = rc == 0 && got < 0 ? (int)got : rc;
	return slot_result(slot);
}

int echo_async(struct orders *orders)
{
	return crew_run(orders, echo_async_task);
}
