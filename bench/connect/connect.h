/*
 * connect: a server whose connections last for one request. Each task accepts one, answers, waits
 * for its end and accepts the next; the generator is harness/load's, with fresh connections.
 */
#ifndef CONCBENCH_BENCH_CONNECT_CONNECT_H
#define CONCBENCH_BENCH_CONNECT_CONNECT_H

#include <errno.h>
#include <stdbool.h>

#include "harness/load/endpoint.h"
#include "harness/load/farewell.h"
#include "harness/workload.h"

/* What a task reads at once, on its stack. */
enum { CONNECT_BUFFER_BYTES = 1024 };

/* What all tasks share: orders->shared. */
struct connect {
	struct farewell farewell;
	enum endpoint_family family;
	bool nodelay;
	size_t payload_bytes;
	int opened;      /* listeners */
	bool own;        /* a listener per task, else one for all */
	int listeners[]; /* non-blocking for async */
};

extern const struct workload connect_workload;

int connect_async(struct orders *orders);
int connect_threads(struct orders *orders);
int connect_processes(struct orders *orders);

static inline struct connect *connect_shared(const struct slot *slot)
{
	return slot->orders->shared;
}

static inline int connect_listener(const struct slot *slot)
{
	const struct connect *connect = connect_shared(slot);

	return connect->listeners[connect->own ? slot->index : 0];
}

/*
 * The task has a connection.
 *   fd       of accept, or -errno
 *   Returns  0 or -errno; -ECANCELED: it was the last.
 */
static inline int connect_accepted(struct slot *slot, int fd)
{
	struct connect *connect = connect_shared(slot);

	if (fd < 0)
		return fd;
	if (farewell_heard(&connect->farewell))
		return -ECANCELED;
	return endpoint_configure(fd, connect->family, connect->nodelay);
}

#endif
