/*
 * echo on the event loop: a coroutine per connection.
 */
#include "bench/echo/echo.h"
#include "models/async/async.h"

int echo_async_task(void *arg)
{
	struct slot *slot = arg;
	const struct echo *echo = slot->orders->shared;
	char buffer[ECHO_BUFFER_BYTES];
	size_t part = 0;
	int fd = async_accept(echo->listener, NULL, NULL);
	int rc = echo_accepted(slot, echo, fd);
	ssize_t got = rc;

	while (rc == 0 && (got = async_read(fd, buffer, sizeof(buffer))) > 0) {
		ssize_t sent = async_write(fd, buffer, (size_t)got);
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
