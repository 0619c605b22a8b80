/*
 * echo on processes: each child blocks in read for its own connection.
 */
#include <unistd.h>

#include "bench/block_socket.h"
#include "bench/echo/echo.h"
#include "models/processes/processes.h"

static int accept_one(const struct slot *slot, const struct echo *echo)
{
	int rc = 0;

	if (echo_is_given(slot, echo))
		return process_recv_fd(echo->hands[0]);
	for (int left = echo_others(slot, echo); left > 0 && rc == 0; left--) {
		int fd = rc = block_accept(echo->listener);
		if (fd < 0)
			break;
		rc = process_send_fd(echo->hands[1], fd);
		close(fd);
	}
	return rc != 0 ? rc : block_accept(echo->listener);
}

int echo_processes_task(void *arg)
{
	struct slot *slot = arg;
	const struct echo *echo = slot->orders->shared;
	char buffer[ECHO_BUFFER_BYTES];
	size_t part = 0;
	int fd = accept_one(slot, echo);
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
