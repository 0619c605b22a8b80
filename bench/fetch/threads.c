/*
 * fetch on threads: each blocks in read for its own reply.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/fetch/fetch.h"
#include "models/threads/gil.h"

/* A request is smaller than any socket's buffer: it goes at once or not at all. */
static int ask(int fd, const struct message_header *request)
{
	gil_leave();
	ssize_t sent = send(fd, request, sizeof(*request), MSG_NOSIGNAL);
	int rc = sent < 0 ? -errno : 0;
	gil_enter();
	return rc;
}

static ssize_t receive(int fd, void *buffer, size_t bytes)
{
	gil_leave();
	ssize_t got = recv(fd, buffer, bytes, 0);
	ssize_t rc = got < 0 ? -errno : got;
	gil_enter();
	return rc == 0 ? -ECONNRESET : rc; /* the upstream never closes first */
}

static int fetch_one(struct slot *slot)
{
	const struct fetch *fetch = fetch_shared(slot);
	int fd = fetch->tasks[slot->index].fd;
	char buffer[FETCH_BUFFER_BYTES];
	uint64_t start_ns = slot_begin(slot);
	struct message_header request = fetch_request(slot);
	int rc = ask(fd, &request);

	for (size_t done = 0; rc == 0 && done < fetch->messages.bytes;) {
		ssize_t got = receive(fd, buffer, sizeof(buffer));
		rc = got < 0 ? (int)got : fetch_check(slot, &request, done, buffer, (size_t)got);
		done += got < 0 ? 0 : (size_t)got;
	}
	if (rc == 0)
		slot_end(slot, start_ns, fetch->messages.bytes, fetch_checksum(slot, &request));
	gil_checkpoint();
	return rc;
}

int fetch_threads_task(void *arg)
{
	struct slot *slot = arg;

	while (slot->rc == 0 && slot_round(slot))
		for (int64_t i = fetch_shared(slot)->requests; i > 0 && slot->rc == 0; i--)
			slot->rc = fetch_one(slot);
	return slot_result(slot);
}

int fetch_threads(struct orders *orders)
{
	return crew_run(orders, fetch_threads_task);
}
