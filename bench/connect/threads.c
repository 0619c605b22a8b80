/*
 * connect on threads: each blocks in accept and then in its connection.
 */
#include <unistd.h>

#include "bench/block_socket.h"
#include "bench/connect/connect.h"
#include "models/threads/gil.h"

static int accept_one(int listener)
{
	gil_leave();
	int fd = block_accept(listener);
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
