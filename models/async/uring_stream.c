/*
 * Multishot receive and accept: what arrives is kept until somebody asks for it.
 * It is over 400 lines: the two are one life (armed, stopped, ended, started anew for the next).
 */
#include "models/async/uring.h"

#include <errno.h>

#ifdef HAVE_LIBURING

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "models/async/attempt.h"
#include "models/async/uring_ring.h"

struct async_stream {
	struct uring_link link; /* first: released by it */
	struct uring *uring;
	/* from here to the error is what every receive touches */
	struct uring_op op;
	struct async_descriptor *descriptor; /* NULL: forgotten; freed with the last completion */
	uint16_t first, last;                /* chunks, in order of arrival */
	unsigned queued;
	size_t bytes;
	bool armed, stopping, ended, starved;
	int error;                    /* told to one reader */
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

/* Else the operation has only ended, and whoever needs it starts it anew. */
static bool is_told(int res)
{
	return res < 0 && res != -ECANCELED && res != -EINTR && res != -EAGAIN;
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
	else if (is_told(res))
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
	else if (is_told(res) && res != -ECONNABORTED)
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

static int arm(struct async_stream *stream, int fd)
{
	struct io_uring_sqe *sqe;
	int rc = async_uring_sqe(stream->uring, &sqe);

	if (rc != 0)
		return rc;
	if (stream->op.complete == received) {
		io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
		sqe->flags |= IOSQE_BUFFER_SELECT;
		sqe->buf_group = URING_GROUP;
	} else {
		io_uring_prep_multishot_accept(sqe, fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	}
	async_uring_prepared(sqe, &stream->op);
	stream->armed = true;
	stream->starved = false;
	return 0;
}

/*
 * One was served and others wait: with what is left, or, where the operation has ended (the
 * kernel's list of completions was full, an error was told), by starting it for them.
 */
static void serve_others(struct async_stream *stream, int fd, bool still)
{
	struct async_descriptor *descriptor = stream->descriptor;

	if (__builtin_expect(descriptor->readers.first == NULL, 1))
		return;
	if (still || (!stream->armed && arm(stream, fd) != 0))
		async_waiters_serve_first(&descriptor->readers);
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
		chunk->lent = true;
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

/* Everything is lent: read past the ring, into the reader's own memory. -EAGAIN: look again. */
static ssize_t read_starved(int fd, struct async_descriptor *descriptor, void *buffer, size_t bytes)
{
	ssize_t got = async_attempt_read(fd, descriptor, buffer, bytes);

	if (got != -EAGAIN)
		return got;
	int rc = async_attempt_wait(fd, descriptor, &descriptor->readers, "async_read");
	return rc == 0 ? -EAGAIN : rc;
}

/*
 * Nothing is here: gets the operation going and waits.
 *   Returns  0: look again, or what the call returns.
 */
static ssize_t await_more(int fd, struct async_stream *stream, const char *call)
{
	struct async_descriptor *descriptor = stream->descriptor;
	int rc = stream->armed ? 0 : arm(stream, fd);

	if (rc != 0)
		return rc;
	async_thread.current->waits = call;
	rc = async_waiters_wait(&descriptor->readers);
	if (rc != 0)
		return rc;
	return descriptor->stream == stream ? 0 : -EBADF; /* closed meanwhile */
}

/* What is told once: an error, or every time: the end. Returns  whether there is one, in *rc. */
static bool take_end(struct async_stream *stream, ssize_t *rc)
{
	*rc = stream->error;
	stream->error = 0;
	return *rc != 0 || stream->ended;
}

ssize_t async_uring_recv(
	int fd, struct async_descriptor *descriptor, void *buffer, size_t bytes, void **lent)
{
	struct async_stream *stream = stream_of(descriptor, received);
	ssize_t got = 0;

	if (stream == NULL)
		return -ENOMEM;
	if (bytes == 0 && lent == NULL)
		return 0;
	for (;;) {
		if (stream->first != URING_NO_CHUNK) {
			got = take_data(stream, buffer, bytes, lent);
			serve_others(stream, fd, stream->first != URING_NO_CHUNK || stream->ended);
			return got;
		}
		if (take_end(stream, &got)) {
			serve_others(stream, fd, stream->ended);
			return got;
		}
		if (!stream->armed && stream->starved && stream->uring->available == 0 &&
			!async_uring_provide_more(stream->uring)) {
			if (lent != NULL)
				return -ENOBUFS;
			got = read_starved(fd, descriptor, buffer, bytes);
			if (got != -EAGAIN)
				return got;
			if (descriptor->stream != stream)
				return -EBADF;
		} else if ((got = await_more(fd, stream, "async_read")) != 0) {
			return got;
		}
	}
}

int async_uring_accept(int fd, struct async_descriptor *descriptor)
{
	struct async_stream *stream = stream_of(descriptor, accepted);
	ssize_t got = 0;

	if (stream == NULL)
		return -ENOMEM;
	for (;;) {
		if (stream->accepted_count > 0) {
			stream->accepted_count--;
			got = stream->accepted[stream->accepted_first++];
			serve_others(stream, fd, stream->accepted_count > 0);
			return (int)got;
		}
		if (take_end(stream, &got)) {
			serve_others(stream, fd, false);
			return (int)got;
		}
		if ((got = await_more(fd, stream, "async_accept")) != 0)
			return (int)got;
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
	unsigned id = (unsigned)(offset / ASYNC_LEND_BYTES);
	if (!uring->chunks[id].lent) { /* the kernel would write into what somebody else reads */
		async_misuse(-EINVAL, "async_release of a buffer that is not lent (any more): "
				      "give each back once");
		return true;
	}
	uring->chunks[id].lent = false;
	async_uring_provide(uring, id);
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

#else

/* Built without liburing: never reached, the loop was not opened. */
ssize_t async_uring_recv(
	int fd, struct async_descriptor *descriptor, void *buffer, size_t bytes, void **lent)
{
	(void)fd, (void)descriptor, (void)buffer, (void)bytes, (void)lent;
	return -ENOSYS;
}

int async_uring_accept(int fd, struct async_descriptor *descriptor)
{
	(void)fd, (void)descriptor;
	return -ENOSYS;
}

bool async_uring_release(struct async_loop *loop, void *buffer)
{
	(void)loop, (void)buffer;
	return false;
}

ssize_t async_uring_stop(struct async_descriptor *descriptor, int fd, void *unread, size_t bytes)
{
	(void)descriptor, (void)fd, (void)unread, (void)bytes;
	return 0;
}

#endif
