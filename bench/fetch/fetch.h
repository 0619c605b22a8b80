/*
 * fetch: requests to a slow service over kept connections, one per task, one request after the
 * other. The service is harness/load's upstream, in a process of its own.
 */
#ifndef CONCBENCH_BENCH_FETCH_FETCH_H
#define CONCBENCH_BENCH_FETCH_FETCH_H

#include "harness/load/message.h"
#include "harness/workload.h"

/* What a task reads at once, on its stack in every family; a longer reply comes in parts. Small, so
   that a coroutine's frames and its buffer lie in one page. */
enum { FETCH_BUFFER_BYTES = 1024 };

/* A task's connection, which it keeps over all rounds, whichever worker runs it. */
struct fetch_task {
	int fd;          /* non-blocking for the families that wait in a loop */
	uint64_t number; /* of its last request */
} __attribute__((aligned(64)));

/* What all tasks share: orders->shared. */
struct fetch {
	struct messages messages;
	int64_t requests; /* of a task in a round */
	int opened;       /* tasks[] with a connection */
	struct fetch_task tasks[];
};

extern const struct workload fetch_workload;

int fetch_async(struct orders *orders);
int fetch_threads(struct orders *orders);
int fetch_processes(struct orders *orders);
int fetch_stackless(struct orders *orders);

/* One task of each family; the argument is its slot. */
int fetch_async_task(void *arg);
int fetch_threads_task(void *arg);
int fetch_processes_task(void *arg);
int fetch_stackless_task(void *arg);

static inline struct fetch *fetch_shared(const struct slot *slot)
{
	return slot->orders->shared;
}

/* The request that the task has in hand. */
static inline struct message_header fetch_current(const struct slot *slot)
{
	const struct fetch *fetch = fetch_shared(slot);

	return message_header(
		&fetch->messages, (uint32_t)slot->index, fetch->tasks[slot->index].number);
}

/* The task's next request. */
static inline struct message_header fetch_request(struct slot *slot)
{
	fetch_shared(slot)->tasks[slot->index].number++;
	return fetch_current(slot);
}

/*
 * Checks bytes of the reply from an offset on.
 *   Returns  0, -EPROTO (with the verdict stated) if they are not what was asked for.
 */
int fetch_check(struct slot *slot, const struct message_header *request, size_t offset,
	const void *buffer, size_t bytes) __attribute__((warn_unused_result));

static inline uint64_t fetch_checksum(struct slot *slot, const struct message_header *request)
{
	return message_checksum(
		&fetch_shared(slot)->messages, request->connection, request->number);
}

#endif
