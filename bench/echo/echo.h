/*
 * echo: a server that sends back what it gets, a connection per task. The generator is
 * harness/load's closed loop, in a process of its own.
 */
#ifndef CONCBENCH_BENCH_ECHO_ECHO_H
#define CONCBENCH_BENCH_ECHO_ECHO_H

#include <errno.h>
#include <sys/types.h>

#include "harness/load/endpoint.h"
#include "harness/workload.h"

/*
 * What a thread, a process or a stackless coroutine reads at once, on its stack; a longer request
 * comes in parts. Coroutines on the event loop read into a buffer that the loop lends
 * (ASYNC_LEND_BYTES). Sized for the requests of the usual sizes: what a task touches is one page.
 */
enum { ECHO_BUFFER_BYTES = 1024 };

/* What all tasks share: orders->shared. */
struct echo {
	int listener; /* non-blocking for the families that wait in a loop */
	enum endpoint_family family;
	bool nodelay;
	size_t payload_bytes; /* of a request */
	bool hands_over;      /* the first task accepts for all, else each its own */
	int hands[2];         /* sockets between them: taken from, put into; packets, so that many
				 may take */
};

extern const struct workload echo_workload;

int echo_async(struct orders *orders);
int echo_threads(struct orders *orders);
int echo_processes(struct orders *orders);
int echo_stackless(struct orders *orders);

/* One task of each family; the argument is its slot. */
int echo_async_task(void *arg);
int echo_threads_task(void *arg);
int echo_processes_task(void *arg);
int echo_stackless_task(void *arg);

/* Does another task accept its connection? It then comes through hands[0]. */
static inline bool echo_is_given(const struct slot *slot, const struct echo *echo)
{
	return echo->hands_over && slot->index > 0;
}

/* How many connections of others it accepts before its own: they go through hands[1]. */
static inline int echo_others(const struct slot *slot, const struct echo *echo)
{
	return echo->hands_over && slot->index == 0 ? slot->orders->tasks - 1 : 0;
}

/*
 * What came through hands[0], as the number of a descriptor.
 *   got      of reading it, or -errno
 *   Returns  the descriptor or -errno.
 */
static inline int echo_given(int fd, ssize_t got)
{
	if (got < 0)
		return (int)got;
	return got == sizeof(fd) ? fd : -EPROTO;
}

/*
 * The task has its connection: stamps its start, which proves that it took part.
 *   fd       of accept, or -errno
 *   Returns  0 or -errno.
 */
static inline int echo_accepted(struct slot *slot, const struct echo *echo, int fd)
{
	if (fd < 0)
		return fd;
	slot->start_ns = slot_begin(slot);
	return endpoint_configure(fd, echo->family, echo->nodelay);
}

/*
 * Counts bytes that were sent back.
 *   part     bytes of the request that is not complete yet; the task's own, 0 at first
 */
static inline void echo_count(
	struct slot *slot, const struct echo *echo, size_t bytes, size_t *part)
{
	uint64_t requests = 0;

	for (*part += bytes; *part >= echo->payload_bytes; *part -= echo->payload_bytes)
		requests++;
	slot_count(slot, requests, bytes, 0);
}

#endif
