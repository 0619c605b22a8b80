/*
 * echo on processes: each child blocks in read for its own connection.
 */
#include <unistd.h>

#include "bench/block_socket.h"
#include "bench/echo/echo.h"

int echo_processes_task(void *arg)
{
	struct slot *slot = arg;
	const struct echo *echo = slot->orders->shared;
	char buffer[ECHO_BUFFER_BYTES];
	size_t part = 0;
	int fd = block_accept(echo->listener);
	int rc = echo_accepted(slot, echo, fd);
	ssize_t got = rc;

	while (rc == 0 && (got = block_receive(fd, buffer, sizeof(buffer))) > 0) {
		rc = block_send(fd, buffer, (size_t)got);
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
