/*
 * connect: parameters, the listeners, the load. See connect.h.
 */
#include "bench/connect/connect.h"

#include <fcntl.h>
#include <unistd.h>

#include "harness/load/load.h"

enum connect_param {
	CONNECT_CONNECTIONS,
	CONNECT_PAYLOAD,
	CONNECT_REQUESTS,
	CONNECT_ACCEPT,
	CONNECT_FAMILY,
	CONNECT_NODELAY,
	CONNECT_BACKLOG,
	CONNECT_RATE,
	CONNECT_ARRIVALS
};
enum accept_design { ACCEPT_SHARED, ACCEPT_REUSEPORT };

static const char *const off_on[] = {"off", "on", NULL};
static const char *const designs[] = {
	[ACCEPT_SHARED] = "shared", [ACCEPT_REUSEPORT] = "reuseport", NULL};

static const struct param connect_params[] = {
	[CONNECT_CONNECTIONS] = {"connections", "at once, and as many tasks that accept",
		PARAM_COUNT, 1, 10000, 4, 16, NULL},
	[CONNECT_PAYLOAD] = {"payload", "bytes of the request and of its reply", PARAM_BYTES,
		MESSAGE_BYTES_MIN, MESSAGE_BYTES_MAX, 64, 64, NULL},
	[CONNECT_REQUESTS] = {"requests", "connections each client makes in a round", PARAM_COUNT,
		1, 1000000, 4, 16, NULL},
	[CONNECT_ACCEPT] = {"accept", "one listener for all tasks, or each its own (SO_REUSEPORT)",
		PARAM_CHOICE, ACCEPT_SHARED, ACCEPT_REUSEPORT, ACCEPT_SHARED, ACCEPT_SHARED,
		designs},
	[CONNECT_FAMILY] = {"family", "address family", PARAM_CHOICE, 0, 1, ENDPOINT_TCP,
		ENDPOINT_TCP, endpoint_families},
	[CONNECT_NODELAY] = {"nodelay", "TCP_NODELAY at both ends", PARAM_CHOICE, 0, 1, 1, 1,
		off_on},
	[CONNECT_BACKLOG] = {"backlog", "connections that may wait to be accepted", PARAM_COUNT, 1,
		65535, 4096, 4096, NULL},
	[CONNECT_RATE] = {"rate", "connections per second of an open loop (0: closed loop)",
		PARAM_COUNT, 0, 10000000, 0, 0, NULL},
	[CONNECT_ARRIVALS] = {"arrivals", "of an open loop", PARAM_CHOICE, 0, SCHEDULE_RAMP,
		SCHEDULE_CONSTANT, SCHEDULE_CONSTANT, schedule_names},
	{NULL, NULL, PARAM_COUNT, 0, 0, 0, 0, NULL},
};

static size_t connect_bytes(const struct orders *orders)
{
	return sizeof(struct connect) + (size_t)orders->tasks * sizeof(int);
}

static size_t connect_arena_bytes(const struct orders *orders)
{
	return connect_bytes(orders) + 128 /* what arena_take rounds to */;
}

static int connect_listen(struct orders *orders, struct connect *connect, uint32_t *number)
{
	int backlog = (int)orders->values[CONNECT_BACKLOG];
	int fd = connect->own ? endpoint_listen_among(backlog, number)
			      : endpoint_listen(connect->family, backlog, number);

	if (fd < 0)
		return fd;
	connect->listeners[connect->opened++] = fd;
	if (orders->model->family == FAMILY_ASYNC && fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		return -errno;
	return 0;
}

static int connect_prepare(struct orders *orders)
{
	struct connect *connect = arena_take(orders->arena, connect_bytes(orders));
	uint32_t number = 0;
	int rc = 0;

	connect->family = (enum endpoint_family)orders->values[CONNECT_FAMILY];
	connect->nodelay = orders->values[CONNECT_NODELAY] != 0;
	connect->payload_bytes = (size_t)orders->values[CONNECT_PAYLOAD];
	connect->own = orders->values[CONNECT_ACCEPT] == ACCEPT_REUSEPORT;
	orders->shared = connect;
	if (connect->own && connect->family != ENDPOINT_TCP) {
		orders_verdict(
			orders, STATUS_IMPOSSIBLE, "UNIX sockets have no listeners that share");
		return -EINVAL;
	}
	endpoint_reserve(2 * orders->tasks);
	do
		rc = connect_listen(orders, connect, &number);
	while (rc == 0 && connect->own && connect->opened < orders->tasks);
	if (rc == 0)
		orders_publish(orders, number);
	return rc;
}

static void connect_finish(struct orders *orders)
{
	struct connect *connect = orders->shared;

	for (; connect != NULL && connect->opened > 0; connect->opened--)
		close(connect->listeners[connect->opened - 1]);
}

static int connect_load(struct orders *orders)
{
	struct generator_settings settings = {
		.client =
			{
				.family = (enum endpoint_family)orders->values[CONNECT_FAMILY],
				.nodelay = orders->values[CONNECT_NODELAY] != 0,
				.connections = orders->tasks,
				.active = orders->tasks,
				.depth = 1,
				.message_bytes = (size_t)orders->values[CONNECT_PAYLOAD],
				.fresh = true,
				.per_round = (uint64_t)orders->values[CONNECT_REQUESTS],
			},
		.rate_per_s = (uint64_t)orders->values[CONNECT_RATE],
		.arrivals = (enum schedule_arrivals)orders->values[CONNECT_ARRIVALS],
	};
	int rc = load_generate(orders, &settings);
	struct connect *connect = orders->shared;

	if (connect != NULL)
		farewell_say(&connect->farewell, orders, connect->family);
	return rc;
}

const struct workload connect_workload = {
	.name = "connect",
	.summary = "connections that last for one request",
	.kind = "I/O",
	.operation = "one connection: connect, request, close",
	.params = connect_params,
	.concurrency = CONNECT_CONNECTIONS,
	.flags = WORKLOAD_SERVER | WORKLOAD_MEET,
	.pool = POOL_TASKS,
	.arena_bytes = connect_arena_bytes,
	.prepare = connect_prepare,
	.finish = connect_finish,
	.load = connect_load,
	.run =
		{
			[FAMILY_ASYNC] = connect_async,
			[FAMILY_THREADS] = connect_threads,
			[FAMILY_PROCESSES] = connect_processes,
		},
	.why_not = {[FAMILY_STACKLESS] = "the state machines of echo show what they gain"},
};
