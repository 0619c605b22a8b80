/*
 * echo on threads: each blocks in read for its own connection.
 */
#include <unistd.h>

#include "bench/block_socket.h"
#include "bench/echo/echo.h"
#include "models/threads/gil.h"

static int accept_one(const struct echo *echo)
{
	gil_leave();
	int fd = block_accept(echo->listener);
	gil_enter();
	return fd;
}

static ssize_t receive(int fd, void *buffer, size_t bytes)
{
	gil_leave();
	ssize_t got = block_receive(fd, buffer, bytes);
	gil_enter();
	return got;
}

static int reply(int fd, const char *buffer, size_t bytes)
{
	gil_leave();
	int rc = block_send(fd, buffer, bytes);
	gil_enter();
	return rc;
}

/* Waits for it, or first for those of the others, who get their numbers. */
static int get_connection(const struct slot *slot, const struct echo *echo)
{
	int fd = -1, rc = 0;

	if (echo_is_given(slot, echo)) {
		ssize_t got = receive(echo->hands[0], &fd, sizeof(fd));
		return echo_given(fd, got);
	}
	for (int left = echo_others(slot, echo); left > 0 && rc == 0; left--) {
		rc = fd = accept_one(echo);
		if (fd >= 0)
			rc = reply(echo->hands[1], (const char *)&fd, sizeof(fd));
	}
	return rc != 0 ? rc : accept_one(echo);
}

int echo_threads_task(void *arg)
{
	struct slot *slot = arg;
	const struct echo *echo = slot->orders->shared;
	char buffer[ECHO_BUFFER_BYTES];
	size_t part = 0;
	int fd = get_connection(slot, echo);
	int rc = echo_accepted(slot, echo, fd);
	ssize_t got = rc;

	while (rc == 0 && (got = receive(fd, buffer, sizeof(buffer))) > 0) {
		rc = reply(fd, buffer, (size_t)got);
		echo_count(slot, echo, (size_t)got, &part);
		gil_checkpoint();
	}
	if (fd >= 0)
		close(fd);
	slot->rc = rc == 0 && got < 0 ? (int)got : rc;
	return slot_result(slot);
}

int echo_threads(struct orders *orders)
{
	return crew_run(orders, echo_threads_task);
}
