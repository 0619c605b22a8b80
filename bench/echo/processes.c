/*
 * echo on processes: each child blocks in read for its own connection.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/echo/echo.h"

static int accept_one(const struct echo *echo)
{
	int fd = accept4(echo->listener, NULL, NULL, SOCK_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static ssize_t receive(int fd, void *buffer, size_t bytes)
{
	ssize_t got = recv(fd, buffer, bytes, 0);

	return got < 0 ? -errno : got;
}

/* All of it; a blocking socket stops short only when a signal comes. */
static int reply(int fd, const char *buffer, size_t bytes)
{
	size_t done = 0;
	int rc = 0;

	while (rc == 0 && done < bytes) {
		ssize_t sent = send(fd, buffer + done, bytes - done, MSG_NOSIGNAL);
		if (sent < 0)
			rc = -errno;
		else
			done += (size_t)sent;
	}
	return rc;
}

int echo_processes_task(void *arg)
{
	struct slot *slot = arg;
	const struct echo *echo = slot->orders->shared;
	char buffer[ECHO_BUFFER_BYTES];
	size_t part = 0;
	int fd = accept_one(echo);
	int rc = echo_accepted(slot, echo, fd);
	ssize_t got = rc;

	while (rc == 0 && (got = receive(fd, buffer, sizeof(buffer))) > 0) {
		rc = reply(fd, buffer, (size_t)got);
		echo_count(slot, echo, (size_t)got, &part);
	}
	if (fd >= 0)
		close(fd);
	slot->rc = rc == 0 && got < 0 ? (int)got : rc;
	return slot_result(slot);
}

int echo_processes(struct orders *orders)
{
	return crew_run(orders, echo_processes_task);
}
