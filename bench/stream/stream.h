/*
 * stream: chunks through pipes. Half of the tasks write, each to a task of the other half; a pipe
 * that is full holds its writer back, so that nothing grows however slow the reader is.
 */
#ifndef CONCBENCH_BENCH_STREAM_STREAM_H
#define CONCBENCH_BENCH_STREAM_STREAM_H

#include <stdbool.h>

#include "harness/load/message.h"
#include "harness/workload.h"

extern const struct workload stream_workload;

int stream_async(struct orders *orders);
int stream_threads(struct orders *orders);
int stream_processes(struct orders *orders);

/* A task's end of its stream. */
struct stream_end {
	int fd;
	bool reads;
	uint32_t stream;
	uint64_t number; /* of the last chunk */
	int64_t chunks;  /* of a round */
	size_t bytes;    /* of a chunk */
	unsigned char *buffer;
	const struct messages *messages;
};

struct stream_end stream_end(const struct slot *slot);

/* Makes the next chunk in the buffer: when, and what it must be. */
void stream_compose(struct stream_end *end, uint64_t now_ns);

/*
 * The next chunk is in the buffer: counts it, its latency from when it was made.
 *   Returns  0, -EPROTO (with the verdict stated) if it is not what was written.
 */
int stream_count(struct slot *slot, struct stream_end *end) __attribute__((warn_unused_result));

#endif
