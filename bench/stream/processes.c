/*
 * stream on processes: each blocks in its pipe.
 */
#include <errno.h>
#include <unistd.h>

#include "bench/stream/stream.h"

static int stream_write(struct slot *slot, struct stream_end *end)
{
	stream_compose(end, slot_begin(slot));
	for (size_t done = 0; done < end->bytes;) {
		ssize_t written = write(end->fd, end->buffer + done, end->bytes - done);
		if (written < 0)
			return -errno;
		done += (size_t)written;
	}
	return 0;
}

static int stream_read(struct slot *slot, struct stream_end *end)
{
	for (size_t done = 0; done < end->bytes;) {
		ssize_t got = read(end->fd, end->buffer + done, end->bytes - done);
		if (got <= 0)
			return got < 0 ? -errno : -EPIPE;
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

int stream_processes(struct orders *orders)
{
	return crew_run(orders, stream_task);
}
