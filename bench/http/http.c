/*
 * http: parameters, the listener, the load. See http.h.
 */
#include "bench/http/http.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/mixed/mixed.h"
#include "harness/load/load.h"

enum http_param {
	HTTP_CONNECTIONS,
	HTTP_PAYLOAD,
	HTTP_REQUESTS,
	HTTP_DEPTH,
	HTTP_IDLE,
	HTTP_WAIT,
	HTTP_COMPUTE,
	HTTP_FAMILY,
	HTTP_NODELAY,
	HTTP_BACKLOG,
	HTTP_RATE,
	HTTP_ARRIVALS,
	HTTP_TIMEOUT,
	HTTP_PORT,
	HTTP_CALIBRATION
};

static const char *const off_on[] = {"off", "on", NULL};

static const struct param http_params[] = {
	[HTTP_CONNECTIONS] = {"connections", "kept connections, a task each", PARAM_COUNT, 1, 10000,
		8, 64, NULL},
	[HTTP_PAYLOAD] = {"payload", "bytes of a page", PARAM_BYTES, PAGE_BYTES_MIN, PAGE_BYTES_MAX,
		64, 64, NULL},
	[HTTP_REQUESTS] = {"requests", "requests of an active connection in a round", PARAM_COUNT,
		1, 1000000, 4, 16, NULL},
	[HTTP_DEPTH] = {"depth", "requests in flight on a connection (pipelining)", PARAM_COUNT, 1,
		CLIENT_DEPTH_MAX, 1, 1, NULL},
	[HTTP_IDLE] = {"idle",
		"percent of the connections that send nothing after their first request",
		PARAM_COUNT, 0, 99, 0, 0, NULL},
	[HTTP_WAIT] = {"wait", "how long a request waits, as for a database", PARAM_DURATION, 0,
		60000000000, 0, 0, NULL},
	[HTTP_COMPUTE] = {"compute", "computation of a request", PARAM_DURATION, 0, 1000000000,
		2000, 0, NULL},
	[HTTP_FAMILY] = {"family", "address family", PARAM_CHOICE, 0, 1, ENDPOINT_TCP, ENDPOINT_TCP,
		endpoint_families},
	[HTTP_NODELAY] = {"nodelay", "TCP_NODELAY at both ends", PARAM_CHOICE, 0, 1, 1, 1, off_on},
	[HTTP_BACKLOG] = {"backlog", "connections that may wait to be accepted", PARAM_COUNT, 1,
		65535, 4096, 4096, NULL},
	[HTTP_RATE] = {"rate", "requests per second of an open loop (0: closed loop)", PARAM_COUNT,
		0, 10000000, 0, 0, NULL},
	[HTTP_ARRIVALS] = {"arrivals", "of an open loop", PARAM_CHOICE, 0, SCHEDULE_RAMP,
		SCHEDULE_CONSTANT, SCHEDULE_CONSTANT, schedule_names},
	[HTTP_TIMEOUT] = {"timeout", "for a request to arrive whole (0: for ever)", PARAM_DURATION,
		0, 60000000000, 0, 0, NULL},
	[HTTP_PORT] = {"port",
		"of 127.0.0.1, for another program to ask for a window; no load of ours then (0: "
		"ours)",
		PARAM_COUNT, 0, 65535, 0, 0, NULL},
	[HTTP_CALIBRATION] = {"calibration",
		"iterations that take 1 ms of CPU, measured before a run", PARAM_COUNT, 1,
		1000000000, 500000, 500000, NULL},
	{NULL, NULL, PARAM_COUNT, 0, 0, 0, 0, NULL},
};

enum { LOOK_AROUND_NS = 200000000 /* where clients are not ours and may stay for ever */ };

static size_t http_arena_bytes(const struct orders *orders)
{
	(void)orders;
	return sizeof(struct http) + 128 /* what arena_take rounds to */;
}

static void http_settle(struct http *http, const struct orders *orders)
{
	const int64_t *values = orders->values;

	http->listener = -1;
	http->family = (enum endpoint_family)values[HTTP_FAMILY];
	http->nodelay = values[HTTP_NODELAY] != 0;
	http->page_bytes = (size_t)values[HTTP_PAYLOAD];
	http->iterations_per_ms = (uint64_t)values[HTTP_CALIBRATION];
	http->timeout_ns = http->receive_ns = (uint64_t)values[HTTP_TIMEOUT];
	if (values[HTTP_PORT] != 0 && (http->receive_ns == 0 || http->receive_ns > LOOK_AROUND_NS))
		http->receive_ns = LOOK_AROUND_NS;
}

static int http_prepare(struct orders *orders)
{
	struct http *http = arena_take(orders->arena, sizeof(*http));
	int backlog = (int)orders->values[HTTP_BACKLOG];
	int port = (int)orders->values[HTTP_PORT];
	uint32_t number;

	http_settle(http, orders);
	orders->shared = http;
#ifdef HAVE_HTTP_PARSER
	http_parser_set_max_header_size(HTTP_HEADERS_MAX);
#endif
	endpoint_reserve(orders->tasks);
	int fd = port != 0 ? endpoint_listen_at(port, backlog, &number)
			   : endpoint_listen(http->family, backlog, &number);
	if (fd < 0 && port != 0)
		orders_verdict(orders, STATUS_FAILED, "cannot listen on 127.0.0.1:%d: %s", port,
			strerror(-fd));
	if (fd < 0)
		return fd;
	http->listener = fd;
	if (orders->model->family == FAMILY_ASYNC && fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		return -errno;
	orders_publish(orders, number);
	return 0;
}

static void http_finish(struct orders *orders)
{
	struct http *http = orders->shared;

	if (http == NULL || http->listener < 0)
		return;
	close(http->listener);
	http->listener = -1;
}

void http_stop(struct orders *orders)
{
	struct http *http = orders->shared;

	if (http != NULL)
		farewell_say(&http->farewell, orders, http->family);
}

/* Whoever knows the port asks; we only count, for as long as the window is. */
static int http_watch(struct orders *orders)
{
	struct load_report *load = orders->load;
	struct timespec pause = {.tv_nsec = 10000000};
	uint32_t number;
	int rc = orders_await(orders, &number);

	if (rc != 0)
		return rc;
	coordinate_ready(orders);
	while (coordinate_warm(orders, orders->window_ns) == 0)
		if (coordinate_cancelled(orders))
			return -ECANCELED;
	uint64_t served = orders_served(orders), start_ns = clock_now_ns();
	while (clock_now_ns() - start_ns < orders->window_ns && !coordinate_cancelled(orders))
		nanosleep(&pause, NULL);
	uint64_t end_ns = clock_now_ns();
	load->replies = orders_served(orders);
	load->operations = load->replies - served;
	coordinate_close(orders, end_ns);
	http_stop(orders);
	load->replies = orders_served(orders); /* some were in progress */
	return 0;
}

static void http_ask_compose(struct http_question *question, uint64_t wait_ns, uint64_t compute_ns)
{
	struct http_ask *ask = &question->ask;
	char *text = question->text;
	int length = snprintf(text, sizeof(question->text),
		"GET /work?wait=%llu&compute=%llu&seed=00&id=%.*s HTTP/1.1\r\nHost: "
		"concbench\r\n\r\n",
		(unsigned long long)(wait_ns / 1000), (unsigned long long)(compute_ns / 1000),
		PAGE_ID_BYTES, "00000000-0000000000000000");

	ask->request = text;
	ask->bytes = (size_t)length;
	ask->seed_offset = (size_t)(strstr(text, "seed=") + 5 - text);
	ask->id_offset = (size_t)(strstr(text, "id=") + 3 - text);
}

void http_question_make(struct http_question *question, uint64_t wait_ns, uint64_t compute_ns,
	size_t page_bytes, uint64_t iterations_per_ms)
{
	uint64_t iterations = compute_ns / 1000 * iterations_per_ms / 1000;

	*question = (struct http_question){.ask.page_bytes = page_bytes};
	http_ask_compose(question, wait_ns, compute_ns);
	for (uint64_t seed = 0; seed < HTTP_SEEDS; seed++) {
		struct mixed_request chain = {.iterations = iterations, .value = seed};
		mixed_compute(&chain);
		question->ask.results[seed] = chain.value;
	}
}

static int http_load(struct orders *orders)
{
	int connections = (int)orders->values[HTTP_CONNECTIONS];
	int idle = (int)(connections * orders->values[HTTP_IDLE] / 100);
	struct http_question question;
	struct generator_settings settings = {
		.client =
			{
				.family = (enum endpoint_family)orders->values[HTTP_FAMILY],
				.nodelay = orders->values[HTTP_NODELAY] != 0,
				.connections = connections,
				.active = connections - idle,
				.depth = (int)orders->values[HTTP_DEPTH],
				.http = &question.ask,
				.per_round = (uint64_t)orders->values[HTTP_REQUESTS],
			},
		.rate_per_s = (uint64_t)orders->values[HTTP_RATE],
		.arrivals = (enum schedule_arrivals)orders->values[HTTP_ARRIVALS],
	};

	if (orders->values[HTTP_PORT] != 0)
		return http_watch(orders);
	http_question_make(&question, (uint64_t)orders->values[HTTP_WAIT],
		(uint64_t)orders->values[HTTP_COMPUTE], (size_t)orders->values[HTTP_PAYLOAD],
		(uint64_t)orders->values[HTTP_CALIBRATION]);
	int rc = load_generate(orders, &settings);
	http_stop(orders);
	return rc;
}

static int64_t http_calibrate(void)
{
	return mixed_workload.calibrate();
}

const struct workload http_workload = {
	.name = "http",
	.summary = "an HTTP/1.1 server whose handler waits and computes",
	.kind = "I/O",
	.operation = "one HTTP/1.1 request on a kept connection",
	.params = http_params,
	.concurrency = HTTP_CONNECTIONS,
	.flags = WORKLOAD_SERVER | WORKLOAD_MEET,
	.pool = POOL_TASKS, /* a worker serves one connection to its end */
	.arena_bytes = http_arena_bytes,
	.prepare = http_prepare,
	.finish = http_finish,
	.load = http_load,
	.calibrate = http_calibrate,
	.calibrated = HTTP_CALIBRATION,
	HTTP_FAMILIES(http_async, http_threads, http_processes),
};
