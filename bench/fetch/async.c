/*
 * fetch on the event loop: a coroutine per connection.
 */
#include <errno.h>

#include "bench/fetch/fetch.h"
#include "models/async/async.h"

static int fetch_one(struct slot *slot)
{
	const struct fetch *fetch = fetch_shared(slot);
	int fd = fetch->tasks[slot->index].fd;
	char buffer[FETCH_BUFFER_BYTES];
	uint64_t start_ns = slot_begin(slot);
	struct message_header request = fetch_request(slot);
	ssize_t sent = async_write(fd, &request, sizeof(request));
	int rc = sent < 0 ? (int)sent : 0;

	for (size_t done = 0; rc == 0 && done < fetch->messages.bytes;) {
		ssize_t got = async_read(fd, buffer, sizeof(buffer));
		if (got == 0)
			got = -ECONNRESET; /* the upstream never closes first */
		rc = got < 0 ? (int)got : fetch_check(slot, &request, done, buffer, (size_t)got);
		done += got < 0 ? 0 : (size_t)got;
	}
	if (rc == 0)
		slot_end(slot, start_ns, fetch->messages.bytes, fetch_checksum(slot, &request));
	return rc;
}

int fetch_async_task(void *arg)
{
	struct slot *slot = arg;

	while (slot->rc == 0 && slot_round(slot))
		for (int64_t i = fetch_shared(slot)->requests; i > 0 && slot->rc == 0; i--)
			slot->rc = fetch_one(slot);
	return slot_result(slot);
}

int fetch_async(struct orders *orders)
{
	return crew_run(orders, fetch_async_task);
}
