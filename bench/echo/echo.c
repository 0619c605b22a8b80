/*
 * echo: parameters, the listener, the load. See echo.h.
 */
#include "bench/echo/echo.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/load/load.h"

enum echo_param {
	ECHO_CONNECTIONS,
	ECHO_PAYLOAD,
	ECHO_REQUESTS,
	ECHO_DEPTH,
	ECHO_IDLE,
	ECHO_FAMILY,
	ECHO_NODELAY,
	ECHO_BACKLOG,
	ECHO_ACCEPT,
	ECHO_RATE,
	ECHO_ARRIVALS
};

enum accept_design { ACCEPT_SHARED, ACCEPT_ONE };

static const char *const off_on[] = {"off", "on", NULL};
static const char *const designs[] = {[ACCEPT_SHARED] = "shared", [ACCEPT_ONE] = "one", NULL};

static const struct param echo_params[] = {
	[ECHO_CONNECTIONS] = {"connections", "kept connections, a task each", PARAM_COUNT, 1, 10000,
		8, 64, NULL},
	[ECHO_PAYLOAD] = {"payload", "bytes of a request and of its reply", PARAM_BYTES,
		MESSAGE_BYTES_MIN, MESSAGE_BYTES_MAX, 64, 64, NULL},
	[ECHO_REQUESTS] = {"requests", "requests of an active connection in a round", PARAM_COUNT,
		1, 1000000, 4, 16, NULL},
	[ECHO_DEPTH] = {"depth", "requests in flight on a connection", PARAM_COUNT, 1,
		CLIENT_DEPTH_MAX, 1, 1, NULL},
	[ECHO_IDLE] = {"idle",
		"percent of the connections that send nothing after their first request",
		PARAM_COUNT, 0, 99, 0, 0, NULL},
	[ECHO_FAMILY] = {"family", "address family", PARAM_CHOICE, 0, 1, ENDPOINT_TCP, ENDPOINT_TCP,
		endpoint_families},
	[ECHO_NODELAY] = {"nodelay", "TCP_NODELAY at both ends", PARAM_CHOICE, 0, 1, 1, 1, off_on},
	[ECHO_BACKLOG] = {"backlog", "connections that may wait to be accepted", PARAM_COUNT, 1,
		65535, 4096, 4096, NULL},
	[ECHO_ACCEPT] = {"accept",
		"each task its own connection, or the first all, handing them over", PARAM_CHOICE,
		ACCEPT_SHARED, ACCEPT_ONE, ACCEPT_SHARED, ACCEPT_SHARED, designs},
	[ECHO_RATE] = {"rate", "requests per second of an open loop (0: closed loop)", PARAM_COUNT,
		0, 10000000, 0, 0, NULL},
	[ECHO_ARRIVALS] = {"arrivals", "of an open loop", PARAM_CHOICE, 0, SCHEDULE_RAMP,
		SCHEDULE_CONSTANT, SCHEDULE_CONSTANT, schedule_names},
	{NULL, NULL, PARAM_COUNT, 0, 0, 0, 0, NULL},
};

static size_t echo_arena_bytes(const struct orders *orders)
{
	(void)orders;
	return sizeof(struct echo) + 128 /* what arena_take rounds to */;
}

static bool waits_in_a_loop(const struct orders *orders)
{
	return orders->model->family == FAMILY_ASYNC || orders->model->family == FAMILY_STACKLESS;
}

/* The sockets by which connections travel from the task that accepts to the others. */
static int echo_open_hands(const struct orders *orders, struct echo *echo)
{
	int kind = SOCK_SEQPACKET | SOCK_CLOEXEC | (waits_in_a_loop(orders) ? SOCK_NONBLOCK : 0);

	if (socketpair(AF_UNIX, kind, 0, echo->hands) != 0)
		return -errno;
	echo->hands_over = true;
	return 0;
}

static int echo_prepare(struct orders *orders)
{
	struct echo *echo = arena_take(orders->arena, sizeof(*echo));
	uint32_t number;

	echo->family = (enum endpoint_family)orders->values[ECHO_FAMILY];
	echo->nodelay = orders->values[ECHO_NODELAY] != 0;
	echo->payload_bytes = (size_t)orders->values[ECHO_PAYLOAD];
	echo->listener = -1;
	orders->shared = echo;
	endpoint_reserve(orders->tasks);
	int fd = endpoint_listen(echo->family, (int)orders->values[ECHO_BACKLOG], &number);
	if (fd < 0)
		return fd;
	echo->listener = fd;
	if (waits_in_a_loop(orders) && fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		return -errno;
	int rc = orders->values[ECHO_ACCEPT] == ACCEPT_ONE ? echo_open_hands(orders, echo) : 0;
	if (rc == 0)
		orders_publish(orders, number);
	return rc;
}

static void echo_finish(struct orders *orders)
{
	struct echo *echo = orders->shared;

	if (echo == NULL || echo->listener < 0)
		return;
	close(echo->listener);
	echo->listener = -1;
	if (echo->hands_over) {
		close(echo->hands[0]);
		close(echo->hands[1]);
	}
	echo->hands_over = false;
}

static int echo_load(struct orders *orders)
{
	int connections = (int)orders->values[ECHO_CONNECTIONS];
	int idle = (int)(connections * orders->values[ECHO_IDLE] / 100);
	struct generator_settings settings = {
		.client =
			{
				.family = (enum endpoint_family)orders->values[ECHO_FAMILY],
				.nodelay = orders->values[ECHO_NODELAY] != 0,
				.connections = connections,
				.active = connections - idle,
				.depth = (int)orders->values[ECHO_DEPTH],
				.message_bytes = (size_t)orders->values[ECHO_PAYLOAD],
				.per_round = (uint64_t)orders->values[ECHO_REQUESTS],
			},
		.rate_per_s = (uint64_t)orders->values[ECHO_RATE],
		.arrivals = (enum schedule_arrivals)orders->values[ECHO_ARRIVALS],
	};

	return load_generate(orders, &settings);
}

const struct workload echo_workload = {
	.name = "echo",
	.summary = "a server sends back what it gets, on kept connections",
	.kind = "I/O",
	.operation = "one request on a kept connection",
	.params = echo_params,
	.concurrency = ECHO_CONNECTIONS,
	.flags = WORKLOAD_SERVER | WORKLOAD_MEET,
	.pool = POOL_TASKS, /* a worker serves one connection to its end */
	.fitted_to = 1000,
	.arena_bytes = echo_arena_bytes,
	.prepare = echo_prepare,
	.finish = echo_finish,
	.load = echo_load,
	.run =
		{
			[FAMILY_ASYNC] = echo_async,
			[FAMILY_STACKLESS] = echo_stackless,
			[FAMILY_THREADS] = echo_threads,
			[FAMILY_PROCESSES] = echo_processes,
		},
};
