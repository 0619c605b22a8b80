/*
 * connect on processes: each child blocks in accept and then in its connection.
 */
#include <unistd.h>

#include "bench/block_socket.h"
#include "bench/connect/connect.h"

/* Sends the request back and waits for the client's end. */
static int connect_serve(struct slot *slot, int fd)
{
	const size_t payload = connect_shared(slot)->payload_bytes;
	char buffer[CONNECT_BUFFER_BYTES];
	ssize_t got;

	for (size_t done = 0; (got = block_receive(fd, buffer, sizeof(buffer))) > 0;) {
		int rc = block_send(fd, buffer, (size_t)got);
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
		int fd = block_accept(connect_listener(slot));
		rc = connect_accepted(slot, fd);
		if (rc == 0)
			rc = connect_serve(slot, fd);
		if (fd >= 0)
			close(fd);
	}
	slot->rc = rc == -ECANCELED ? 0 : rc;
	return slot_result(slot);
}

int connect_processes(struct orders *orders)
{
	return crew_run(orders, connect_task);
}
