/*
 * stream on threads: each blocks in its pipe.
 */
#include <errno.h>
#include <unistd.h>

#include "bench/stream/stream.h"
#include "models/threads/gil.h"

static int stream_write(struct slot *slot, struct stream_end *end)
{
	int rc = 0;

	stream_compose(end, slot_begin(slot));
	gil_leave();
	for (size_t done = 0; rc == 0 && done < end->bytes;) {
		ssize_t written = write(end->fd, end->buffer + done, end->bytes - done);
		if (written < 0)
			rc = -errno;
		else
			done += (size_t)written;
	}
	gil_enter();
	return rc;
}

static int stream_read(struct slot *slot, struct stream_end *end)
{
	int rc = 0;

	gil_leave();
	for (size_t done = 0; rc == 0 && done < end->bytes;) {
		ssize_t got = read(end->fd, end->buffer + done, end->bytes - done);
		if (got <= 0)
			rc = got < 0 ? -errno : -EPIPE;
		else
			done += (size_t)got;
	}
	gil_enter();
	return rc == 0 ? stream_count(slot, end) : rc;
}

static int stream_task(void *arg)
{
	struct slot *slot = arg;
	struct stream_end end = stream_end(slot);

	while (slot->rc == 0 && slot_round(slot))
		for (int64_t i = end.chunks; i > 0 && slot->rc == 0; i--) {
			slot->rc = end.reads ? stream_read(slot, &end) : stream_write(slot, &end);
			gil_checkpoint();
		}
	return slot_result(slot);
}

int stream_threads(struct orders *orders)
{
	return crew_run(orders, stream_task);
}
