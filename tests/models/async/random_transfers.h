/*
 * Random transfers drawn from a seed: writers and readers of streams that are cancelled and timed
 * out at any moment, in pieces of any size, some lent. Byte i of a stream says where it stands, so
 * whatever is lost, comes twice or out of order is seen.
 */
#ifndef CONCBENCH_TESTS_MODELS_ASYNC_RANDOM_TRANSFERS_H
#define CONCBENCH_TESTS_MODELS_ASYNC_RANDOM_TRANSFERS_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/models/async/in_loop.h"

enum { STREAMS = 3, STREAM_READERS = 2, STREAM_BYTES = 300000, PIECE_MOST = 20000 };

struct stream {
	struct transfers *all;
	int ends[2];
	size_t written, read;
	struct async_task *writer, *readers[STREAM_READERS];
};

struct transfers {
	uint64_t seed;
	bool pipes; /* instead of sockets */
	struct stream streams[STREAMS];
	int wrong;
};

static inline uint64_t pick(struct transfers *all, uint64_t n)
{
	all->seed = all->seed * 6364136223846793005u + 1442695040888963407u;
	return (all->seed >> 33) % n;
}

static inline char stream_byte(size_t i)
{
	return (char)(i * 31 + i / 251);
}

static inline bool is_interrupt(ssize_t rc)
{
	return rc == -ECANCELED || rc == -ETIMEDOUT;
}

/* A cancel is taken note of, and the work goes on. */
static inline int write_stream(void *arg)
{
	struct stream *stream = arg;
	struct transfers *all = stream->all;
	char piece[PIECE_MOST];

	while (stream->written < STREAM_BYTES) {
		size_t bytes = 1 + pick(all, pick(all, 2) == 0 ? 100 : PIECE_MOST);
		struct async_timeout limit;

		if (bytes > STREAM_BYTES - stream->written)
			bytes = STREAM_BYTES - stream->written;
		for (size_t i = 0; i < bytes; i++)
			piece[i] = stream_byte(stream->written + i);
		bool limited = pick(all, 3) == 0 &&
			       async_timeout_begin(&limit, 1000 + pick(all, 50000)) == 0;
		ssize_t put = async_write(stream->ends[1], piece, bytes);
		if (limited)
			async_timeout_end(&limit);
		if (put > 0)
			stream->written += (size_t)put;
		else if (!is_interrupt(put))
			return (int)put;
		memset(piece, '!', sizeof piece); /* nobody may look at it any more */
		if (pick(all, 8) == 0)
			(void)async_sleep(0);
	}
	return 0;
}

static inline ssize_t read_piece(struct stream *stream, char *own, void **from)
{
	struct transfers *all = stream->all;

	if (!all->pipes && pick(all, 2) == 0)
		return async_recv_lend(stream->ends[0], from);
	*from = own;
	return async_read(stream->ends[0], own, 1 + pick(all, PIECE_MOST));
}

/* Several on one stream: what a call returns is the next piece of it. */
static inline int read_stream(void *arg)
{
	struct stream *stream = arg;
	struct transfers *all = stream->all;
	char own[PIECE_MOST + 1];

	for (;;) {
		struct async_timeout limit;
		void *from = NULL;
		bool limited = pick(all, 3) == 0 &&
			       async_timeout_begin(&limit, 1000 + pick(all, 50000)) == 0;
		ssize_t got = read_piece(stream, own, &from);
		for (ssize_t i = 0; i < got; i++, stream->read++)
			all->wrong += ((char *)from)[i] != stream_byte(stream->read);
		if (limited)
			async_timeout_end(&limit);
		if (got > 0 && from != own)
			async_release(from);
		if (got <= 0 && !is_interrupt(got))
			return (int)got;
		if (pick(all, 8) == 0)
			(void)async_sleep(0);
	}
}

static inline int disturb(void *arg)
{
	struct transfers *all = arg;
	int rc;

	while ((rc = async_sleep(pick(all, 20000))) == 0) {
		struct stream *stream = &all->streams[pick(all, STREAMS)];
		uint64_t who = pick(all, STREAM_READERS + 1);
		async_task_cancel(who == STREAM_READERS ? stream->writer : stream->readers[who]);
	}
	return rc;
}

static inline int open_stream(struct stream *stream)
{
	if (stream->all->pipes)
		return pipe2(stream->ends, O_CLOEXEC);
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stream->ends);
}

static inline int transfer_all(void *arg)
{
	struct transfers *all = arg;

	for (int i = 0; i < STREAMS; i++) {
		struct stream *stream = &all->streams[i];

		stream->all = all;
		must(open_stream(stream) == 0);
		stream->writer = async_spawn(write_stream, stream);
		for (int k = 0; k < STREAM_READERS; k++)
			stream->readers[k] = async_spawn(read_stream, stream);
	}
	struct async_task *disturber = async_spawn(disturb, all);
	for (int i = 0; i < STREAMS; i++) {
		struct stream *stream = &all->streams[i];

		while (!async_future_done(&stream->writer->future))
			must(async_sleep(MS / 4) == 0);
		must(async_close(stream->ends[1]) == 0);
		for (int k = 0; k < STREAM_READERS; k++)
			while (!async_future_done(&stream->readers[k]->future))
				must(async_sleep(MS / 4) == 0);
	}
	async_task_cancel(disturber);
	must(async_task_join(disturber) == -ECANCELED);
	for (int i = 0; i < STREAMS; i++) {
		struct stream *stream = &all->streams[i];

		for (int k = 0; k < STREAM_READERS; k++)
			must(async_task_join(stream->readers[k]) == 0);
		must(async_task_join(stream->writer) == 0);
		must(async_close(stream->ends[0]) == 0);
	}
	return 0;
}

/* Runs so many, from seeds one after the other. Returns  the first seed that went wrong, 0 = none.
 */
static inline uint64_t run_transfers(uint64_t seed, int count, enum async_poller_kind poller)
{
	struct async_options options = {.poller = poller};

	for (int i = 0; i < count; i++, seed++) {
		struct transfers all = {.seed = seed, .pipes = seed % 3 == 0};
		int rc = async_run_with(transfer_all, &all, &options);

		if (poller == ASYNC_URING && (rc == -ENOSYS || rc == -EPERM))
			return 0;
		bool lost = false;
		for (int k = 0; k < STREAMS; k++)
			lost |= all.streams[k].read != STREAM_BYTES;
		if (rc != 0 || all.wrong != 0 || lost) {
			fprintf(stderr, "seed %llu: rc %d, %d bytes wrong%s\n",
				(unsigned long long)seed, rc, all.wrong, lost ? ", some lost" : "");
			return seed;
		}
	}
	return 0;
}

#endif
