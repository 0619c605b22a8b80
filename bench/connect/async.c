/*
 * connect on the event loop: a coroutine per connection at once.
 */
#include "bench/connect/connect.h"
#include "models/async/async.h"

/* Sends the request back and waits for the client's end. */
static int connect_serve(struct slot *slot, int fd)
{
	const size_t payload = connect_shared(slot)->payload_bytes;
	void *buffer;
	ssize_t got;

	for (size_t done = 0; (got = async_recv_lend(fd, &buffer)) > 0;) {
		ssize_t sent = async_write(fd, buffer, (size_t)got);
		async_release(buffer);
		if (sent < 0)
			return (int)sent;
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
		int fd = async_accept(connect_listener(slot), NULL, NULL);
		rc = connect_accepted(slot, fd);
		if (rc == 0)
			rc = connect_serve(slot, fd);
		if (fd >= 0)
			async_close(fd);
	}
	slot->rc = rc == -ECANCELED ? 0 : rc;
	return slot_result(slot);
}

int connect_async(struct orders *orders)
{
	return crew_run(orders, connect_task);
}
