/*
 * Multishot receive and accept: what arrives is kept until somebody asks for it.
 */
#include "models/async/uring.h"

#ifdef HAVE_LIBURING

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "models/async/attempt.h"
#include "models/async/uring_ring.h"

struct async_stream {
	struct uring_link link; /* first: released by it */
	struct uring_op op;
	struct uring *uring;
	struct async_descriptor *descriptor; /* NULL: forgotten; freed with the last completion */
	uint16_t first, last;                /* chunks, in order of arrival */
	unsigned queued;
	size_t bytes;
	bool armed, stopping, ended, starved;
	int error;
	struct async_waiters stopped; /* who waits for the last completion */
	int *accepted;                /* connections nobody has asked for yet */
	unsigned accepted_first, accepted_count, accepted_room;
};

static void drop_chunks(struct async_stream *stream)
{
	while (stream->first != URING_NO_CHUNK) {
		unsigned id = stream->first;
		stream->first = stream->uring->chunks[id].next;
		async_uring_provide(stream->uring, id);
	}
	stream->queued = 0;
	stream->bytes = 0;
}

static void free_stream(struct async_stream *stream)
{
	drop_chunks(stream);
	for (; stream->accepted_count > 0; stream->accepted_count--)
		close(stream->accepted[stream->accepted_first++]);
	free(stream->accepted);
	uring_forget(stream->uring, &stream->link);
	free(stream);
}

static void release_stream(struct uring_link *link)
{
	free_stream((struct async_stream *)(void *)link);
}

/* The operation is over, for this time or for good. */
static void disarmed(struct async_stream *stream)
{
	stream->armed = stream->stopping = false;
	if (stream->descriptor == NULL)
		free_stream(stream);
	else
		async_waiters_serve_all(&stream->stopped);
}

static void stop(struct async_stream *stream)
{
	if (stream->armed && !stream->stopping) {
		stream->stopping = true;
		async_uring_cancel(stream->uring, &stream->op);
	}
}

static void keep_chunk(struct async_stream *stream, unsigned id, unsigned bytes)
{
	struct uring_chunk *chunks = stream->uring->chunks;

	stream->uring->available--;
	chunks[id] = (struct uring_chunk){.bytes = bytes, .next = URING_NO_CHUNK};
	if (stream->first == URING_NO_CHUNK)
		stream->first = (uint16_t)id;
	else
		chunks[stream->last].next = (uint16_t)id;
	stream->last = (uint16_t)id;
	stream->bytes += bytes;
	if (++stream->queued >= ASYNC_URING_QUEUED)
		stop(stream); /* nobody reads: let the sender feel it */
}

static void received(struct uring_op *op, int res, unsigned flags)
{
	struct async_stream *stream =
		(struct async_stream *)(void *)((char *)op - offsetof(struct async_stream, op));

	if ((flags & IORING_CQE_F_BUFFER) != 0) {
		unsigned id = flags >> IORING_CQE_BUFFER_SHIFT;
		if (res > 0) {
			keep_chunk(stream, id, (unsigned)res);
		} else {
			stream->uring->available--;
			async_uring_provide(stream->uring, id);
		}
	}
	if (res == 0)
		stream->ended = true;
	else if (res == -ENOBUFS)
		stream->starved = true;
	else if (res < 0 && res != -ECANCELED)
		stream->error = res;
	if (stream->descriptor != NULL)
		async_waiters_serve_first(&stream->descriptor->readers);
	if ((flags & IORING_CQE_F_MORE) == 0)
		disarmed(stream);
}

static void keep_accepted(struct async_stream *stream, int fd)
{
	if (stream->accepted_first > 0 &&
		stream->accepted_first + stream->accepted_count == stream->accepted_room) {
		memmove(stream->accepted, stream->accepted + stream->accepted_first,
			stream->accepted_count * sizeof *stream->accepted);
		stream->accepted_first = 0;
	}
	if (stream->accepted_count == stream->accepted_room) {
		unsigned room = stream->accepted_room == 0 ? 16 : stream->accepted_room * 2;
		int *grown = realloc(stream->accepted, room * sizeof *grown);
		if (grown == NULL) { /* the peer sees a reset, as from a full backlog */
			close(fd);
			return;
		}
		stream->accepted = grown;
		stream->accepted_room = room;
	}
	stream->accepted[stream->accepted_first + stream->accepted_count++] = fd;
}

static void accepted(struct uring_op *op, int res, unsigned flags)
{
	struct async_stream *stream =
		(struct async_stream *)(void *)((char *)op - offsetof(struct async_stream, op));

	if (res >= 0)
		keep_accepted(stream, res);
	else if (res != -ECANCELED && res != -ECONNABORTED)
		stream->error = res;
	if (stream->descriptor != NULL)
		async_waiters_serve_first(&stream->descriptor->readers);
	if ((flags & IORING_CQE_F_MORE) == 0)
		disarmed(stream);
}

static struct async_stream *stream_of(
	struct async_descriptor *descriptor, void (*complete)(struct uring_op *, int, unsigned))
{
	struct async_stream *stream = descriptor->stream;

	if (stream == NULL && (stream = calloc(1, sizeof *stream)) != NULL) {
		stream->op.complete = complete;
		stream->link.release = release_stream;
		stream->uring = (struct uring *)async_thread.loop->poller;
		stream->descriptor = descriptor;
		stream->first = stream->last = URING_NO_CHUNK;
		uring_remember(stream->uring, &stream->link);
		descriptor->stream = stream;
	}
	return stream;
}

static void arm(struct async_stream *stream, int fd)
{
	struct io_uring_sqe *sqe = async_uring_sqe(stream->uring, &stream->op);

	if (stream->op.complete == received) {
		io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
		sqe->flags |= IOSQE_BUFFER_SELECT;
		sqe->buf_group = URING_GROUP;
	} else {
		io_uring_prep_multishot_accept(sqe, fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	}
	sqe->user_data = (uint64_t)(uintptr_t)&stream->op;
	stream->armed = true;
}

static void pop_chunk(struct async_stream *stream)
{
	struct uring_chunk *chunk = &stream->uring->chunks[stream->first];

	stream->bytes -= chunk->bytes;
	stream->first = chunk->next;
	stream->queued--;
}

static ssize_t take_data(struct async_stream *stream, void *buffer, size_t bytes, void **lent)
{
	unsigned id = stream->first;
	struct uring_chunk *chunk = &stream->uring->chunks[id];
	char *from = stream->uring->buffers + (size_t)id * ASYNC_LEND_BYTES + chunk->offset;
	size_t got = chunk->bytes;

	if (lent != NULL) {
		*lent = from;
		pop_chunk(stream);
		return (ssize_t)got;
	}
	if (got > bytes)
		got = bytes;
	memcpy(buffer, from, got);
	if (got == chunk->bytes) {
		pop_chunk(stream);
		async_uring_provide(stream->uring, id);
	} else {
		chunk->offset += (uint32_t)got;
		chunk->bytes -= (uint32_t)got;
		stream->bytes -= got;
	}
	return (ssize_t)got;
}

/* All buffers are in use elsewhere: read past the ring, into the reader's own memory. */
static ssize_t read_starved(int fd, struct async_descriptor *descriptor, void *buffer, size_t bytes)
{
	for (;;) {
		ssize_t got = async_attempt_read(fd, descriptor, buffer, bytes);
		if (got != -EAGAIN)
			return got;
		int rc = async_attempt_wait(fd, descriptor, &descriptor->readers, "async_read");
		if (rc != 0)
			return rc;
	}
}

ssize_t async_uring_recv(
	int fd, struct async_descriptor *descriptor, void *buffer, size_t bytes, void **lent)
{
	struct async_stream *stream = stream_of(descriptor, received);

	if (stream == NULL)
		return -ENOMEM;
	if (bytes == 0 && lent == NULL)
		return 0;
	for (;;) {
		if (stream->first != URING_NO_CHUNK) {
			ssize_t got = take_data(stream, buffer, bytes, lent);
			async_attempt_pass_on(
				&descriptor->readers, stream->first != URING_NO_CHUNK);
			return got;
		}
		if (stream->ended || stream->error != 0) {
			ssize_t rc = stream->error; /* told once, then the end */
			stream->ended = true;
			stream->error = 0;
			async_attempt_pass_on(&descriptor->readers, true);
			return rc;
		}
		if (!stream->armed && stream->starved && lent == NULL &&
			stream->uring->available == 0)
			return read_starved(fd, descriptor, buffer, bytes);
		if (!stream->armed && stream->starved && stream->uring->available == 0)
			return -ENOBUFS;
		if (!stream->armed) {
			stream->starved = false;
			arm(stream, fd);
		}
		async_thread.current->waits = "async_read";
		int rc = async_waiters_wait(&descriptor->readers);
		if (rc != 0)
			return rc;
		if (descriptor->stream != stream)
			return -EBADF; /* closed meanwhile */
	}
}

int async_uring_accept(int fd, struct async_descriptor *descriptor)
{
	struct async_stream *stream = stream_of(descriptor, accepted);

	if (stream == NULL)
		return -ENOMEM;
	for (;;) {
		if (stream->accepted_count > 0) {
			stream->accepted_count--;
			int got = stream->accepted[stream->accepted_first++];
			async_attempt_pass_on(&descriptor->readers, stream->accepted_count > 0);
			return got;
		}
		if (stream->error != 0) {
			int rc = stream->error;
			stream->error = 0;
			return rc;
		}
		if (!stream->armed)
			arm(stream, fd);
		async_thread.current->waits = "async_accept";
		int rc = async_waiters_wait(&descriptor->readers);
		if (rc != 0)
			return rc;
		if (descriptor->stream != stream)
			return -EBADF;
	}
}

bool async_uring_release(struct async_loop *loop, void *buffer)
{
	if (!loop->poller->is_uring)
		return false;
	struct uring *uring = (struct uring *)loop->poller;
	size_t offset = (size_t)((char *)buffer - uring->buffers);
	if ((char *)buffer < uring->buffers ||
		offset >= (size_t)ASYNC_URING_BUFFERS * ASYNC_LEND_BYTES)
		return false;
	async_uring_provide(uring, (unsigned)(offset / ASYNC_LEND_BYTES));
	return true;
}

ssize_t async_uring_stop(struct async_descriptor *descriptor, int fd, void *unread, size_t bytes)
{
	struct async_stream *stream = descriptor->stream;
	ssize_t copied = 0;

	(void)fd;
	if (stream == NULL)
		return 0;
	stop(stream);
	if (unread != NULL) {
		while (stream->armed)
			async_waiters_wait_firmly(&stream->stopped);
		if (stream->bytes > bytes)
			return -EMSGSIZE;
		if (stream->accepted_count > 0)
			return -EBUSY;
		while (stream->first != URING_NO_CHUNK)
			copied +=
				take_data(stream, (char *)unread + copied, ASYNC_LEND_BYTES, NULL);
	}
	descriptor->stream = NULL;
	stream->descriptor = NULL;
	bool in_flight = stream->armed;
	if (!in_flight)
		free_stream(stream);
	return unread == NULL ? in_flight : copied;
}

#endif

/* Without liburing uring.c answers. */
extern const int async_uring_streams;
const int async_uring_streams = ASYNC_URING_QUEUED;
