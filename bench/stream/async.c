/*
 * stream on the event loop: who cannot write or read gives way to the others.
 */
#include <errno.h>

#include "bench/stream/stream.h"
#include "models/async/async.h"

static int stream_write(struct slot *slot, struct stream_end *end)
{
	stream_compose(end, slot_begin(slot));
	ssize_t written = async_write(end->fd, end->buffer, end->bytes);
	return written < 0 ? (int)written : 0;
}

static int stream_read(struct slot *slot, struct stream_end *end)
{
	for (size_t done = 0; done < end->bytes;) {
		ssize_t got = async_read(end->fd, end->buffer + done, end->bytes - done);
		if (got <= 0)
			return got < 0 ? (int)got : -EPIPE;
		done += (size_t)got;
	}
	return stream_count(slot, end);
}

static int stream_task(void *arg)
{
	struct slot *slot = arg;
	struct stream_end end = stream_end(slot);

	while (slot->rc == 0 && slot_round(slot))
		for (int64_t i = end.chunks; i > 0 && slot->rc == 0; i--)
			slot->rc = end.reads ? stream_read(slot, &end) : stream_write(slot, &end);
	return slot_result(slot);
}

int stream_async(struct orders *orders)
{
	return crew_run(orders, stream_task);
}
