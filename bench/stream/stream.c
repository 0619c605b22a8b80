/*
 * stream: parameters, the pipes, what a chunk is. See stream.h.
 */
#include "bench/stream/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "harness/load/endpoint.h"

enum { STREAM_TASKS, STREAM_CHUNKS, STREAM_CHUNK, STREAM_CAPACITY };

/* A chunk is the time it was made and a message. */
enum { STAMP_BYTES = sizeof(uint64_t), ALIGNMENT = 128 };

static const struct param stream_params[] = {
	[STREAM_TASKS] = {"tasks", "half of them write, half read", PARAM_COUNT, 2, 10000, 4, 16,
		NULL},
	[STREAM_CHUNKS] = {"chunks", "chunks of a writer in a round", PARAM_COUNT, 1, 1000000, 32,
		256, NULL},
	[STREAM_CHUNK] = {"chunk", "bytes of a chunk", PARAM_BYTES, MESSAGE_BYTES_MIN + STAMP_BYTES,
		MESSAGE_BYTES_MAX, 1024, 4096, NULL},
	[STREAM_CAPACITY] = {"capacity", "bytes a pipe holds before it holds its writer back",
		PARAM_BYTES, 4096, 1 << 20, 16384, 65536, NULL},
	{NULL, NULL, PARAM_COUNT, 0, 0, 0, 0, NULL},
};

/* In the arena; pipes[2 i] is read, pipes[2 i + 1] written. */
struct stream {
	struct messages messages;
	unsigned char *buffers; /* [tasks][chunk] */
	int opened;             /* pipes */
	int pipes[];
};

static size_t chunk_bytes(const struct orders *orders)
{
	return (size_t)orders->values[STREAM_CHUNK];
}

static size_t stream_bytes(const struct orders *orders)
{
	return sizeof(struct stream) + (size_t)orders->tasks * sizeof(int);
}

static size_t stream_arena_bytes(const struct orders *orders)
{
	return stream_bytes(orders) + (size_t)orders->tasks * chunk_bytes(orders) +
	       messages_filling_bytes(chunk_bytes(orders)) + 3 * ALIGNMENT;
}

static int stream_open(struct orders *orders, struct stream *stream)
{
	int *ends = &stream->pipes[2 * stream->opened];
	int capacity = (int)orders->values[STREAM_CAPACITY];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	stream->opened++;
	if (fcntl(ends[1], F_SETPIPE_SZ, capacity) >= 0)
		return 0;
	int rc = -errno;
	orders_verdict(orders, STATUS_LIMIT, "a pipe of %d bytes: %s (see pipe(7))", capacity,
		strerror(-rc));
	return rc;
}

static int stream_prepare(struct orders *orders)
{
	struct stream *stream = arena_take(orders->arena, stream_bytes(orders));
	int rc = 0;

	orders->shared = stream;
	if (orders->tasks % 2 != 0) {
		orders_verdict(orders, STATUS_IMPOSSIBLE, "%d tasks are no pairs", orders->tasks);
		return -EINVAL;
	}
	stream->buffers = arena_take(orders->arena, (size_t)orders->tasks * chunk_bytes(orders));
	messages_place(&stream->messages, chunk_bytes(orders) - STAMP_BYTES,
		(uint64_t)orders->values[STREAM_CHUNKS],
		arena_take(orders->arena, messages_filling_bytes(chunk_bytes(orders))));
	endpoint_reserve(orders->tasks);
	while (rc == 0 && stream->opened < orders->tasks / 2)
		rc = stream_open(orders, stream);
	return rc;
}

static void stream_finish(struct orders *orders)
{
	struct stream *stream = orders->shared;

	if (stream == NULL)
		return;
	for (int i = 0; i < 2 * stream->opened; i++)
		close(stream->pipes[i]);
	stream->opened = 0;
}

/* Readers come first: they count, and the first tasks cut the chunks of time. */
struct stream_end stream_end(const struct slot *slot)
{
	const struct orders *orders = slot->orders;
	const struct stream *stream = orders->shared;
	int streams = orders->tasks / 2;
	int index = slot->index % streams;
	bool reads = slot->index < streams;

	return (struct stream_end){.fd = stream->pipes[2 * index + !reads],
		.reads = reads,
		.stream = (uint32_t)index,
		.chunks = orders->values[STREAM_CHUNKS],
		.bytes = chunk_bytes(orders),
		.buffer = stream->buffers + (size_t)slot->index * chunk_bytes(orders),
		.messages = &stream->messages};
}

void stream_compose(struct stream_end *end, uint64_t now_ns)
{
	memcpy(end->buffer, &now_ns, STAMP_BYTES);
	message_write(end->messages, end->stream, ++end->number, 0, end->buffer + STAMP_BYTES,
		end->bytes - STAMP_BYTES);
}

int stream_count(struct slot *slot, struct stream_end *end)
{
	uint64_t made_ns;

	memcpy(&made_ns, end->buffer, STAMP_BYTES);
	if (!message_matches(end->messages, end->stream, ++end->number, 0,
		    end->buffer + STAMP_BYTES, end->bytes - STAMP_BYTES)) {
		orders_verdict(slot->orders, STATUS_INVALID,
			"stream %u: chunk %llu is not what was written", end->stream,
			(unsigned long long)end->number);
		return -EPROTO;
	}
	slot_end(slot, made_ns, end->bytes,
		message_checksum(end->messages, end->stream, end->number));
	return 0;
}

static int stream_sharers(const struct orders *orders)
{
	return orders->tasks / 2;
}

const struct workload stream_workload = {
	.name = "stream",
	.summary = "chunks through pipes that hold a fast writer back",
	.kind = "I/O",
	.operation = "one chunk from its writer to its reader",
	.params = stream_params,
	.concurrency = STREAM_TASKS,
	.flags = WORKLOAD_MEET,
	.pool = POOL_TASKS,
	.arena_bytes = stream_arena_bytes,
	.prepare = stream_prepare,
	.finish = stream_finish,
	.sharers = stream_sharers,
	.run =
		{
			[FAMILY_ASYNC] = stream_async,
			[FAMILY_THREADS] = stream_threads,
			[FAMILY_PROCESSES] = stream_processes,
		},
	.why_not = {[FAMILY_STACKLESS] = "a chunk in parts does not fit a frame"},
};
