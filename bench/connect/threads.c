/*
 * connect on threads: each blocks in accept and then in its connection.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "bench/connect/connect.h"
#include "models/threads/gil.h"

static int accept_one(int listener)
{
	gil_leave();
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
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

static int reply(int fd, const char *buffer, size_t bytes)
{
	int rc = 0;

	gil_leave();
	for (size_t done = 0; rc == 0 && done < bytes;) {
		ssize_t sent = send(fd, buffer + done, bytes - done, MSG_NOSIGNAL);
		if (sent < 0)
			rc = -errno;
		else
			done += (size_t)sent;
	}
	gil_enter();
	return rc;
}

/* Sends the request back and waits for the client's end. */
static int connect_serve(struct slot *slot, int fd)
{
	const size_t payload = connect_shared(slot)->payload_bytes;
	char buffer[CONNECT_BUFFER_BYTES];
	ssize_t got;

	for (size_t done = 0; (got = receive(fd, buffer, sizeof(buffer))) > 0;) {
		int rc = reply(fd, buffer, (size_t)got);
		if (rc != 0)
			return rc;
		done += (size_t)got;
		if (done == payload)
			slot_count(slot, 1, payload, 0);
	}
	return (int)got;
}

static int connect_task(void *arg)
{
	struct slot *slot = arg;
	int rc = 0;

	while (rc == 0) {
		int fd = accept_one(connect_listener(slot));
		rc = connect_accepted(slot, fd);
		if (rc == 0)
			rc = connect_serve(slot, fd);
		if (fd >= 0)
			close(fd);
		gil_checkpoint();
	}
	slot->rc = rc == -ECANCELED ? 0 : rc;
	return slot_result(slot);
}

int connect_threads(struct orders *orders)
{
	return crew_run(orders, connect_task);
}
