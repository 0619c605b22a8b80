/*
 * fetch: parameters, the connections, the upstream. See fetch.h.
 */
#include "bench/fetch/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "harness/load/load.h"

enum fetch_param {
	FETCH_TASKS,
	FETCH_REQUESTS,
	FETCH_DELAY,
	FETCH_DISTRIBUTION,
	FETCH_REPLY,
	FETCH_FAMILY
};

static const struct param fetch_params[] = {
	[FETCH_TASKS] = {"tasks", "tasks, a kept connection each", PARAM_COUNT, 1, 10000, 8, 16,
		NULL},
	[FETCH_REQUESTS] = {"requests", "requests of a task in a round, one after the other",
		PARAM_COUNT, 1, 1000000, 1, 1, NULL},
	[FETCH_DELAY] = {"delay", "mean delay of the upstream's answers", PARAM_DURATION, 10000,
		60000000000, 1000000, 5000000, NULL},
	[FETCH_DISTRIBUTION] = {"distribution", "of the delays, drawn by task and request",
		PARAM_CHOICE, 0, DRAW_BIMODAL, DRAW_FIXED, DRAW_FIXED, draw_distributions},
	[FETCH_REPLY] = {"reply", "bytes of a reply", PARAM_BYTES, MESSAGE_BYTES_MIN,
		MESSAGE_BYTES_MAX, 256, 256, NULL},
	[FETCH_FAMILY] = {"family", "address family", PARAM_CHOICE, 0, 1, ENDPOINT_TCP,
		ENDPOINT_TCP, endpoint_families},
	{NULL, NULL, PARAM_COUNT, 0, 0, 0, 0, NULL},
};

/* A pool that waits is sized for waiting, not for CPUs: as many as the usual size has tasks. */
enum { FETCH_POOL = 16 };

static size_t fetch_bytes(const struct orders *orders)
{
	return sizeof(struct fetch) + (size_t)orders->tasks * sizeof(struct fetch_task);
}

static size_t fetch_arena_bytes(const struct orders *orders)
{
	enum { ALIGNMENT_BYTES = 128 }; /* of everything arena_take gives */

	return fetch_bytes(orders) + ALIGNMENT_BYTES +
	       messages_filling_bytes((size_t)orders->values[FETCH_REPLY]) + ALIGNMENT_BYTES;
}

static int fetch_connect(struct orders *orders, struct fetch_task *task, uint32_t number)
{
	enum family family = orders->model->family;
	int fd = endpoint_connect((enum endpoint_family)orders->values[FETCH_FAMILY], number, true);

	if (fd < 0)
		return fd;
	task->fd = fd;
	if ((family == FAMILY_ASYNC || family == FAMILY_STACKLESS) &&
		fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		return -errno;
	return 0;
}

static int fetch_prepare(struct orders *orders)
{
	size_t reply_bytes = (size_t)orders->values[FETCH_REPLY];
	struct fetch *fetch = arena_take(orders->arena, fetch_bytes(orders));
	void *filling = arena_take(orders->arena, messages_filling_bytes(reply_bytes));
	uint32_t number;

	fetch->requests = orders->values[FETCH_REQUESTS];
	messages_place(&fetch->messages, reply_bytes, (uint64_t)fetch->requests, filling);
	orders->shared = fetch;
	endpoint_reserve(orders->tasks);
	int rc = orders_await(orders, &number);
	while (rc == 0 && fetch->opened < orders->tasks) {
		rc = fetch_connect(orders, &fetch->tasks[fetch->opened], number);
		fetch->opened += rc == 0;
	}
	return rc;
}

static void fetch_finish(struct orders *orders)
{
	struct fetch *fetch = orders->shared;

	if (fetch == NULL)
		return;
	for (; fetch->opened > 0; fetch->opened--)
		close(fetch->tasks[fetch->opened - 1].fd);
}

static int fetch_load(struct orders *orders)
{
	struct upstream_settings settings = {
		.family = (enum endpoint_family)orders->values[FETCH_FAMILY],
		.nodelay = true,
		.connections = orders->tasks,
		.reply_bytes = (size_t)orders->values[FETCH_REPLY],
		.per_round = (uint64_t)orders->values[FETCH_REQUESTS],
		.distribution = (enum draw_distribution)orders->values[FETCH_DISTRIBUTION],
		.delay_ns = (uint64_t)orders->values[FETCH_DELAY],
	};

	return load_upstream(orders, &settings);
}

int fetch_check(struct slot *slot, const struct message_header *request, size_t offset,
	const void *buffer, size_t bytes)
{
	const struct messages *messages = &fetch_shared(slot)->messages;

	if (offset + bytes <= messages->bytes && message_matches(messages, request->connection,
							 request->number, offset, buffer, bytes))
		return 0;
	orders_verdict(slot->orders, STATUS_INVALID, "task %d: reply %llu is not the request's",
		slot->index, (unsigned long long)request->number);
	return -EPROTO;
}

const struct workload fetch_workload = {
	.name = "fetch",
	.summary = "requests to a slow service, each task waiting for its own",
	.kind = "I/O",
	.operation = "one request to the upstream and its whole reply",
	.params = fetch_params,
	.concurrency = FETCH_TASKS,
	.pool = FETCH_POOL,
	.arena_bytes = fetch_arena_bytes,
	.prepare = fetch_prepare,
	.finish = fetch_finish,
	.load = fetch_load,
	.run =
		{
			[FAMILY_ASYNC] = fetch_async,
			[FAMILY_STACKLESS] = fetch_stackless,
			[FAMILY_THREADS] = fetch_threads,
			[FAMILY_PROCESSES] = fetch_processes,
		},
};
