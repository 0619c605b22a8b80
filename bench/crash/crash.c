/*
 * crash: parameters, the listener, the load. See crash.h.
 */
#include "bench/crash/crash.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/mixed/mixed.h"
#include "harness/load/phases.h"
#include "harness/measure/clock.h"

enum crash_param {
	CRASH_CONNECTIONS,
	CRASH_RATE,
	CRASH_WAIT,
	CRASH_COMPUTE,
	CRASH_LISTENER,
	CRASH_END,
	CRASH_BEFORE,
	CRASH_AFTER,
	CRASH_DRAIN,
	CRASH_SLICE,
	CRASH_CALIBRATION
};
enum { BEFORE, AFTER, DRAIN, PHASES };
enum holder { HOLDER_SERVER, HOLDER_MASTER };
enum ending { ENDING_DRAIN, ENDING_KILL };
enum { PAGE_BYTES = PAGE_BYTES_MIN, BACKLOG = 4096 };
enum {
	REACH_NS = 2000000000, /* for the first replies */
	LAST_NS = 2000000000,  /* for the last ones: in flight when the schedule ends */
	MASTER_NS = 100000000  /* for the master to tell a death */
};

static const char *const holders[] = {[HOLDER_SERVER] = "server", [HOLDER_MASTER] = "master", NULL};
static const char *const endings[] = {[ENDING_DRAIN] = "drain", [ENDING_KILL] = "kill", NULL};

static const struct param crash_params[] = {
	[CRASH_CONNECTIONS] = {"connections", "kept connections, a task each", PARAM_COUNT, 1,
		10000, 8, 16, NULL},
	[CRASH_RATE] = {"rate", "requests per second", PARAM_COUNT, 1, 10000000, 1000, 2000, NULL},
	[CRASH_WAIT] = {"wait", "how long a request waits, as for a database", PARAM_DURATION, 0,
		1000000000, 1000000, 1000000, NULL},
	[CRASH_COMPUTE] = {"compute", "computation of a request", PARAM_DURATION, 0, 1000000000,
		20000, 50000, NULL},
	[CRASH_LISTENER] = {"listener",
		"who holds it: it dies with the server, or clients wait for the next one",
		PARAM_CHOICE, HOLDER_SERVER, HOLDER_MASTER, HOLDER_SERVER, HOLDER_SERVER, holders},
	[CRASH_END] = {"end", "the server drains, or is killed once more to see what that saves",
		PARAM_CHOICE, ENDING_DRAIN, ENDING_KILL, ENDING_DRAIN, ENDING_DRAIN, endings},
	[CRASH_BEFORE] = {"before", "time until the kill", PARAM_DURATION, 1000000, 60000000000,
		40000000, 1000000000, NULL},
	[CRASH_AFTER] = {"after", "from there to the drain", PARAM_DURATION, 1000000, 60000000000,
		80000000, 1000000000, NULL},
	[CRASH_DRAIN] = {"drain", "how long requests go on to come", PARAM_DURATION, 1000000,
		60000000000, 40000000, 200000000, NULL},
	[CRASH_SLICE] = {"slice", "of the time line", PARAM_DURATION, 1000000, 60000000000,
		40000000, 500000000, NULL},
	[CRASH_CALIBRATION] = {"calibration",
		"iterations that take 1 ms of CPU, measured before a run", PARAM_COUNT, 1,
		1000000000, 500000, 500000, NULL},
	{NULL, NULL, PARAM_COUNT, 0, 0, 0, 0, NULL},
};

uint64_t crash_kill_after_ns(const struct orders *orders)
{
	return (uint64_t)orders->values[CRASH_BEFORE];
}

uint64_t crash_drain_after_ns(const struct orders *orders)
{
	return (uint64_t)(orders->values[CRASH_BEFORE] + orders->values[CRASH_AFTER]);
}

bool crash_listener_dies(const struct orders *orders)
{
	return orders->values[CRASH_LISTENER] == HOLDER_SERVER && !crash_kills_worker(orders);
}

bool crash_ends_at_once(const struct orders *orders)
{
	return orders->values[CRASH_END] == ENDING_KILL;
}

static size_t crash_bytes(const struct orders *orders)
{
	return sizeof(struct crash) + (size_t)orders->tasks * sizeof(pid_t);
}

static size_t crash_arena_bytes(const struct orders *orders)
{
	return crash_bytes(orders) + 128 /* what arena_take rounds to */;
}

int crash_listen(struct orders *orders)
{
	struct crash *crash = orders->shared;
	int fd = endpoint_listen_among(BACKLOG, &crash->number);

	if (fd < 0)
		return fd;
	crash->http.listener = crash->held = fd;
	if (orders->model->family == FAMILY_ASYNC && fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		return -errno;
	return 0;
}

static int crash_prepare(struct orders *orders)
{
	struct crash *crash = arena_take(orders->arena, crash_bytes(orders));
	struct http *http = &crash->http;

	http->listener = crash->held = -1;
	http->nodelay = true;
	http->page_bytes = PAGE_BYTES;
	http->iterations_per_ms = (uint64_t)orders->values[CRASH_CALIBRATION];
	orders->shared = crash;
	if (orders->rounds > 1) {
		orders_verdict(orders, STATUS_IMPOSSIBLE, "a course is one round, not %" PRIu64,
			orders->rounds);
		return -EINVAL;
	}
	endpoint_reserve(orders->tasks);
	int rc = crash_listen(orders);
	if (rc == 0)
		orders_publish(orders, crash->number);
	return rc;
}

static void crash_finish(struct orders *orders)
{
	struct crash *crash = orders->shared;

	if (crash == NULL || crash->held < 0)
		return;
	close(crash->held);
	crash->held = -1;
}

void crash_drain(struct crash *crash)
{
	atomic_store(&crash->http.closed, true);
	/* first, lest a connection that is told to go comes back and is lost in the backlog */
	shutdown(crash->held, SHUT_RDWR);
	atomic_store(&crash->http.draining, true);
}

/* Who waits for the last replies, and until when there are requests to be sent. */
struct patience {
	struct orders *orders;
	struct client *client;
	uint64_t until_ns;
};

/* Asked now and then: once the server has ended nobody need wait for its replies. */
static bool is_cancelled(void *arg)
{
	const struct patience *patience = arg;
	const struct orders *orders = patience->orders;
	struct crash *crash = orders->shared;

	if (coordinate_cancelled(orders))
		return true;
	if (patience->until_ns == 0 || clock_now_ns() < patience->until_ns)
		return false;
	if (atomic_load(&crash->drained_ns) != 0 ||
		(crash_ends_at_once(orders) && atomic_load(&crash->drain_ns) != 0))
		patience->client->give_up_ns = patience->until_ns;
	return false;
}

/* What the clients saw of the kill and of the end. */
static void crash_judge(struct orders *orders)
{
	const struct crash *crash = orders->shared;
	struct course *course = &orders->load->course;
	uint64_t drained_ns = atomic_load(&crash->drained_ns);

	course->drain_ns = COURSE_NEVER;
	if (drained_ns != 0)
		course->drain_ns = (int64_t)(drained_ns - atomic_load(&crash->drain_ns));
	/* replies that were on their way, or sent and not yet counted, when the kill came */
	orders->load->unproven = course->lost + (uint64_t)orders->tasks;
	if (crash_ends_at_once(orders))
		return;
	if (course->last_lost > 0)
		orders_verdict(orders, STATUS_INVALID,
			"the drain lost %" PRIu64 " requests that were in flight",
			course->last_lost);
	if (drained_ns == 0)
		orders_verdict(orders, STATUS_INVALID,
			"the server had not ended %d ms after the last request", LAST_NS / 1000000);
}

static int crash_drive(struct orders *orders, struct client *client, struct patience *patience)
{
	struct crash *crash = orders->shared;
	struct course course = {.phases_count = PHASES,
		.slice_ns = (uint64_t)orders->values[CRASH_SLICE],
		.drain_ns = COURSE_NEVER};
	static const char *const names[PHASES] = {
		[BEFORE] = "before", [AFTER] = "killed", [DRAIN] = "drain"};
	uint64_t span_ns = 0;

	for (int i = 0; i < PHASES; i++) {
		uint64_t phase_ns = (uint64_t)orders->values[CRASH_BEFORE + i];
		phase_make(&course.phases[i], names[i], (uint64_t)orders->values[CRASH_RATE],
			phase_ns, orders->tasks);
		span_ns += phase_ns;
	}
	client->give_up_ns = clock_now_ns() + REACH_NS;
	int rc = client_reach(client);
	phases_report(orders->load, client);
	if (rc == 0 && client->replies < (uint64_t)orders->tasks) {
		/* if it died, the master says so */
		nanosleep(&(struct timespec){.tv_nsec = MASTER_NS}, NULL);
		orders_verdict(orders, STATUS_INVALID, "%" PRIu64 " of %d connections answered: %s",
			client->replies, orders->tasks, client->problem);
		rc = -ECANCELED;
	}
	if (rc != 0)
		return rc;
	coordinate_ready(orders);
	client->give_up_ns = clock_now_ns() + span_ns + LAST_NS;
	patience->until_ns = client->give_up_ns - LAST_NS;
	client->problem[0] = '\0';
	rc = phases_run(orders, client, &course,
		&(struct phases_subject){.begun_ns = &crash->begun_ns,
			.begun = &crash->begun,
			.killed_ns = &crash->killed_ns});
	if (rc == 0)
		crash_judge(orders);
	return rc;
}

static int crash_load(struct orders *orders)
{
	const int64_t *values = orders->values;
	char url[64], error[CLIENT_PROBLEM_MAX] = "";
	struct http_question question;
	struct target target = {0};
	struct client client = {0};
	struct patience patience = {.orders = orders, .client = &client};
	struct client_settings settings = {
		.nodelay = true,
		.connections = orders->tasks,
		.active = orders->tasks,
		.depth = 1,
		.http = &question.ask,
		.target = &target,
		.per_round = 16,
		.cancelled = is_cancelled,
		.cancelled_arg = &patience,
	};
	uint32_t number;

	http_question_make(&question, (uint64_t)values[CRASH_WAIT], (uint64_t)values[CRASH_COMPUTE],
		PAGE_BYTES, (uint64_t)values[CRASH_CALIBRATION]);
	int rc = orders_await(orders, &number);
	if (rc == 0) {
		endpoint_url(number, url, sizeof(url));
		rc = target_parse(&target, url, error, sizeof(error));
		if (rc == 0)
			rc = target_resolve(&target, error, sizeof(error));
	}
	if (rc == 0)
		rc = client_open(&client, &settings);
	if (rc == 0)
		rc = crash_drive(orders, &client, &patience);
	phases_report(orders->load, &client);
	phases_verdict(orders, &client, rc);
	client_close(&client);
	target_close(&target);
	return rc;
}

static uint64_t crash_course_ns(const int64_t *values)
{
	return (uint64_t)(values[CRASH_BEFORE] + values[CRASH_AFTER] + values[CRASH_DRAIN]);
}

static int64_t crash_calibrate(void)
{
	return mixed_workload.calibrate();
}

#ifdef HAVE_HTTP_PARSER

static int crash_async(struct orders *orders)
{
	return crash_run(orders, http_async_task);
}

static int crash_threads(struct orders *orders)
{
	return crash_run(orders, http_threads_task);
}

static int crash_processes(struct orders *orders)
{
	return crash_run(orders, http_processes_task);
}

#endif

const struct workload crash_workload = {
	.name = "crash",
	.summary = "a server or a worker is killed under load, replaced, and drained",
	.kind = "system",
	.operation = "one HTTP/1.1 request while the server is killed, restarted and drained",
	.params = crash_params,
	.concurrency = CRASH_CONNECTIONS,
	.flags = WORKLOAD_SERVER | WORKLOAD_MEET | WORKLOAD_NO_RATE | WORKLOAD_NO_LATENCY |
		 WORKLOAD_NO_CHUNKS | WORKLOAD_FAULTS,
	.pool = POOL_TASKS, /* a worker serves one connection to its end */
	.arena_bytes = crash_arena_bytes,
	.prepare = crash_prepare,
	.finish = crash_finish,
	.load = crash_load,
	.course_ns = crash_course_ns,
	.calibrate = crash_calibrate,
	.calibrated = CRASH_CALIBRATION,
	HTTP_FAMILIES(crash_async, crash_threads, crash_processes),
};
