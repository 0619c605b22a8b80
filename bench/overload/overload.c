/*
 * overload: parameters, the server, the load in three phases. See overload.h.
 */
#include "bench/overload/overload.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "bench/http/http.h"
#include "bench/mixed/mixed.h"
#include "harness/load/phases.h"
#include "harness/measure/clock.h"

enum overload_param {
	OVERLOAD_CONNECTIONS,
	OVERLOAD_WAIT,
	OVERLOAD_COMPUTE,
	OVERLOAD_POLICY,
	OVERLOAD_LIMIT,
	OVERLOAD_DEADLINE,
	OVERLOAD_CAPACITY,
	OVERLOAD_PROBE,
	OVERLOAD_BEFORE,
	OVERLOAD_OVER,
	OVERLOAD_AFTER,
	OVERLOAD_SLICE,
	OVERLOAD_CALIBRATION
};
enum policy { POLICY_QUEUE, POLICY_SHED };
enum { BEFORE, OVER, AFTER, PHASES };
enum { PAGE_BYTES = PAGE_BYTES_MIN, BUSY_PERCENT_MAX = 70, BACKLOG = 4096 };

static const char *const policies[] = {[POLICY_QUEUE] = "queue", [POLICY_SHED] = "shed", NULL};

static const struct param overload_params[] = {
	[OVERLOAD_CONNECTIONS] = {"connections", "kept connections, a task each", PARAM_COUNT, 1,
		10000, 16, 64, NULL},
	[OVERLOAD_WAIT] = {"wait", "how long a request waits, as for a database", PARAM_DURATION, 0,
		1000000000, 200000, 1000000, NULL},
	[OVERLOAD_COMPUTE] = {"compute", "computation of a request", PARAM_DURATION, 0, 1000000000,
		50000, 100000, NULL},
	[OVERLOAD_POLICY] = {"policy", "what is too much waits, or is refused at once (503)",
		PARAM_CHOICE, POLICY_QUEUE, POLICY_SHED, POLICY_QUEUE, POLICY_QUEUE, policies},
	[OVERLOAD_LIMIT] = {"limit", "requests in progress from which on further ones are shed",
		PARAM_COUNT, 1, 10000, 8, 16, NULL},
	[OVERLOAD_DEADLINE] = {"deadline",
		"of a good reply, from the intended start of its request", PARAM_DURATION, 1000,
		60000000000, 20000000, 100000000, NULL},
	[OVERLOAD_CAPACITY] = {"capacity", "requests per second (0: found before)", PARAM_COUNT, 0,
		10000000, 0, 0, NULL},
	[OVERLOAD_PROBE] = {"probe", "how long capacity is looked for", PARAM_DURATION, 1000000,
		60000000000, 60000000, 500000000, NULL},
	[OVERLOAD_BEFORE] = {"before", "time at 0.5 of capacity", PARAM_DURATION, 1000000,
		60000000000, 60000000, 1000000000, NULL},
	[OVERLOAD_OVER] = {"over", "then at twice the capacity", PARAM_DURATION, 1000000,
		60000000000, 60000000, 1000000000, NULL},
	[OVERLOAD_AFTER] = {"after", "then at 0.5 again", PARAM_DURATION, 1000000, 60000000000,
		180000000, 4000000000, NULL},
	[OVERLOAD_SLICE] = {"slice", "of the time line", PARAM_DURATION, 1000000, 60000000000,
		60000000, 1000000000, NULL},
	[OVERLOAD_CALIBRATION] = {"calibration",
		"iterations that take 1 ms of CPU, measured before a run", PARAM_COUNT, 1,
		1000000000, 500000, 500000, NULL},
	{NULL, NULL, PARAM_COUNT, 0, 0, 0, 0, NULL},
};

static const struct {
	const char *name;
	int percent; /* of capacity */
	enum overload_param span;
} phases[PHASES] = {
	[BEFORE] = {"0.5x", 50, OVERLOAD_BEFORE},
	[OVER] = {"2x", 200, OVERLOAD_OVER},
	[AFTER] = {"0.5x after", 50, OVERLOAD_AFTER},
};

static size_t overload_arena_bytes(const struct orders *orders)
{
	(void)orders;
	return sizeof(struct http) + 128 /* what arena_take rounds to */;
}

static int overload_prepare(struct orders *orders)
{
	struct http *http = arena_take(orders->arena, sizeof(*http));
	uint32_t number;

	http->listener = -1;
	http->nodelay = true;
	http->page_bytes = PAGE_BYTES;
	http->iterations_per_ms = (uint64_t)orders->values[OVERLOAD_CALIBRATION];
	orders->shared = http;
	if (orders->rounds > 1) {
		orders_verdict(orders, STATUS_IMPOSSIBLE, "a course is one round, not %" PRIu64,
			orders->rounds);
		return -EINVAL;
	}
	endpoint_reserve(orders->tasks);
	int fd = endpoint_listen(http->family, BACKLOG, &number);
	if (fd < 0)
		return fd;
	http->listener = fd;
	if (orders->model->family == FAMILY_ASYNC && fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		return -errno;
	orders_publish(orders, number);
	return 0;
}

static void overload_finish(struct orders *orders)
{
	struct http *http = orders->shared;

	if (http == NULL || http->listener < 0)
		return;
	close(http->listener);
	http->listener = -1;
}

static bool is_cancelled(void *arg)
{
	return coordinate_cancelled(arg);
}

/* Everybody asks as fast as he is answered; what is answered then is the capacity. */
static int overload_probe(struct orders *orders, struct client *client, struct course *course)
{
	uint64_t probe_ns = (uint64_t)orders->values[OVERLOAD_PROBE];
	uint64_t start_ns = clock_now_ns(), now_ns = start_ns;
	uint64_t from_ns = 0, replies = 0, idle_ns = 0;
	int rc = 0;

	/* until the last quarter's end; the first one warms everybody up */
	while (rc == 0 && now_ns - start_ns < probe_ns) {
		rc = client_run(client, client->settings.per_round);
		now_ns = clock_now_ns();
		if (from_ns == 0 && now_ns - start_ns >= probe_ns / 4) {
			from_ns = now_ns;
			replies = client->replies;
			idle_ns = client->idle_ns;
			probe_ns += now_ns - start_ns - probe_ns / 4;
		}
	}
	if (rc != 0 || coordinate_cancelled(orders))
		return rc != 0 ? rc : -ECANCELED;
	uint64_t took_ns = now_ns - from_ns, idle = client->idle_ns - idle_ns;
	uint64_t busy = took_ns > idle ? (took_ns - idle) * 100 / took_ns : 0;
	course->capacity_per_s =
		(uint64_t)((double)(client->replies - replies) * 1e9 / (double)took_ns);
	snprintf(course->capacity_from, sizeof(course->capacity_from),
		"closed loop, %d connections, %" PRIu64 " ms, generator busy %" PRIu64 " %%",
		client->settings.active, took_ns / 1000000, busy);
	if (busy <= BUSY_PERCENT_MAX)
		return 0;
	orders_verdict(orders, STATUS_INVALID,
		"the capacity found is the generator's: it was busy for %" PRIu64
		" %% of the time (at most %d %%)",
		busy, BUSY_PERCENT_MAX);
	return -ECANCELED;
}

/* What shall be offered. */
static void overload_lay_out(
	const struct orders *orders, const struct client *client, struct course *course)
{
	course->phases_count = PHASES;
	course->deadline_ns = (uint64_t)orders->values[OVERLOAD_DEADLINE];
	course->slice_ns = (uint64_t)orders->values[OVERLOAD_SLICE];
	course->drain_ns = COURSE_NA;
	for (int i = 0; i < PHASES; i++)
		phase_make(&course->phases[i], phases[i].name,
			course->capacity_per_s * (uint64_t)phases[i].percent / 100,
			(uint64_t)orders->values[phases[i].span], client->settings.active);
}

static int overload_course(struct orders *orders, struct client *client)
{
	struct course course = {.capacity_per_s = (uint64_t)orders->values[OVERLOAD_CAPACITY]};
	struct http *http = orders->shared;
	int rc = 0;

	if (course.capacity_per_s == 0)
		rc = overload_probe(orders, client, &course);
	else
		snprintf(course.capacity_from, sizeof(course.capacity_from), "given");
	if (rc != 0)
		return rc;
	overload_lay_out(orders, client, &course);
	if (orders->values[OVERLOAD_POLICY] == POLICY_SHED)
		atomic_store(&http->admits, (uint32_t)orders->values[OVERLOAD_LIMIT]);
	return phases_run(orders, client, &course,
		&(struct phases_subject){.overload = true, .before = BEFORE, .over = OVER});
}

/* The server's own count of what it shed. */
static void overload_compare(struct orders *orders)
{
	const struct http *http = orders->shared;
	const struct course *course = &orders->load->course;
	uint64_t shed = 0;

	for (int i = 0; i < course->phases_count; i++)
		shed += course->phases[i].shed;
	if (atomic_load(&http->shed) != shed)
		orders_verdict(orders, STATUS_INVALID,
			"the server shed %" PRIu64 " requests, %" PRIu64 " were told so",
			(uint64_t)atomic_load(&http->shed), shed);
}

static int overload_drive(struct orders *orders, struct client *client)
{
	uint32_t number;
	int rc = orders_await(orders, &number);

	if (rc == 0)
		rc = client_connect(client, number);
	phases_report(orders->load, client);
	if (rc != 0)
		return rc;
	coordinate_ready(orders);
	rc = overload_course(orders, client);
	if (rc == 0)
		rc = client_finish(client);
	if (rc == 0)
		overload_compare(orders);
	return rc;
}

static int overload_load(struct orders *orders)
{
	const int64_t *values = orders->values;
	struct http_question question;
	struct client client = {0};
	struct client_settings settings = {
		.nodelay = true,
		.connections = orders->tasks,
		.active = orders->tasks,
		.depth = 1,
		.http = &question.ask,
		.per_round = 16,
		.cancelled = is_cancelled,
		.cancelled_arg = orders,
	};

	http_question_make(&question, (uint64_t)values[OVERLOAD_WAIT],
		(uint64_t)values[OVERLOAD_COMPUTE], PAGE_BYTES,
		(uint64_t)values[OVERLOAD_CALIBRATION]);
	if (values[OVERLOAD_POLICY] == POLICY_SHED)
		question.ask.refusal = 503;
	int rc = client_open(&client, &settings);
	if (rc == 0)
		rc = overload_drive(orders, &client);
	phases_report(orders->load, &client);
	phases_verdict(orders, &client, rc);
	client_close(&client);
	http_stop(orders);
	return rc;
}

static uint64_t overload_course_ns(const int64_t *values)
{
	return (uint64_t)(values[OVERLOAD_PROBE] + values[OVERLOAD_BEFORE] + values[OVERLOAD_OVER] +
			  values[OVERLOAD_AFTER]);
}

static int64_t overload_calibrate(void)
{
	return mixed_workload.calibrate();
}

const struct workload overload_workload = {
	.name = "overload",
	.summary = "a load of 0.5, 2 and 0.5 times what the server can do, queued or shed",
	.kind = "system",
	.operation = "one HTTP/1.1 request while the load exceeds the capacity",
	.params = overload_params,
	.concurrency = OVERLOAD_CONNECTIONS,
	.flags = WORKLOAD_SERVER | WORKLOAD_MEET | WORKLOAD_NO_RATE | WORKLOAD_NO_LATENCY |
		 WORKLOAD_NO_CHUNKS,
	.pool = POOL_TASKS, /* a worker serves one connection to its end */
	.arena_bytes = overload_arena_bytes,
	.prepare = overload_prepare,
	.finish = overload_finish,
	.load = overload_load,
	.course_ns = overload_course_ns,
	.calibrate = overload_calibrate,
	.calibrated = OVERLOAD_CALIBRATION,
	HTTP_FAMILIES(http_async, http_threads, http_processes),
};
