/*
 * Compares our echo server with a peer's: CPU time per request, pair by pair, under the load of the
 * same generator.
 *
 * usage: echo_drive PEER MODEL CONNECTIONS PAIRS REQUESTS
 *
 * PEER is a program that serves on the listening descriptor it is given; MODEL one of ours, run as
 * workload echo runs it. A pair is one fresh process of each, ours first in every other pair; each
 * serves REQUESTS requests that count, after a quarter as many that do not. The server is alone on
 * one CPU, the generator on another. CPU time is the process's clock (CLOCK_PROCESS_CPUTIME_ID by
 * its id) and, read beside it, the task clock of perf events, another account of the kernel's.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/echo/echo.h"
#include "harness/load/client.h"
#include "harness/measure/invocation.h"
#include "harness/stats/interval.h"

enum { PAIRS_MAX = 1000, PAYLOAD_BYTES = 64, BACKLOG = 4096 };

static const double CONFIDENCE = 0.95;

struct side {
	const char *name;
	const char *program;       /* a peer … */
	const struct model *model; /* … or one of ours */
};

/* What one server cost, ns per request. */
struct cost {
	double cpu_ns, perf_ns /* NaN where perf events are not allowed */, wall_ns;
};

struct cpus {
	cpu_set_t server, generator;
};

static int fatal(const char *what, int rc)
{
	fprintf(stderr, "echo_drive: %s: %s\n", what, strerror(-rc));
	exit(EXIT_FAILURE);
}

/* The first two CPUs we may use; the same one twice where there is only one. */
static struct cpus choose_cpus(void)
{
	struct cpus cpus;
	cpu_set_t allowed;
	int found = 0;

	CPU_ZERO(&cpus.server);
	if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
		fatal("affinity", -errno);
	for (int cpu = 0; cpu < CPU_SETSIZE && found < 2; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		CPU_ZERO(&cpus.generator);
		CPU_SET(cpu, &cpus.generator);
		if (found++ == 0)
			cpus.server = cpus.generator;
	}
	if (found < 2)
		fprintf(stderr, "echo_drive: one CPU: server and generator share it\n");
	return cpus;
}

/* Ours: the crew and the task of the workload, without what a harness adds. */
static int serve_ours(const struct model *model, int listener, int connections)
{
	struct orders *orders, draft = {.workload = &echo_workload,
				       .model = model,
				       .kind = KIND_TIME,
				       .tasks = connections,
				       .common[COMMON_POOL] = connections};
	struct crew crew = {0};
	task_fn *const tasks[FAMILIES] = {[FAMILY_ASYNC] = echo_async_task,
		[FAMILY_THREADS] = echo_threads_task,
		[FAMILY_PROCESSES] = echo_processes_task};
	int rc = invocation_map(&orders, &draft);

	if (rc != 0)
		return rc;
	struct echo *echo = arena_take(orders->arena, sizeof(*echo));
	*echo = (struct echo){listener, ENDPOINT_TCP, true, PAYLOAD_BYTES};
	orders->shared = echo;
	rc = crew_open_for(&crew, orders, connections);
	for (int i = 0; i < connections && rc == 0; i++)
		rc = crew_spawn(&crew, tasks[model->family], &orders->slots[i]);
	return crew_join(&crew, rc);
}

static void serve(const struct side *side, int listener, int connections)
{
	char number[16];

	endpoint_reserve(connections);
	if (side->program == NULL)
		_exit(serve_ours(side->model, listener, connections) == 0 ? 0 : 1);
	snprintf(number, sizeof(number), "%d", listener);
	if (fcntl(listener, F_SETFD, 0) == 0)
		execl(side->program, side->program, number, (char *)NULL);
	perror(side->program);
	_exit(127);
}

/* Starts a server that holds still until *go is closed, so that its whole life can be watched. */
static pid_t start(const struct side *side, const struct cpus *cpus, int connections,
	uint32_t *number, int *go)
{
	int gate[2], listener = endpoint_listen(ENDPOINT_TCP, BACKLOG, number);
	bool waits_in_a_loop = side->model == NULL || side->model->family == FAMILY_ASYNC;
	char byte;

	if (listener < 0)
		fatal("listen", listener);
	if (waits_in_a_loop && fcntl(listener, F_SETFL, O_NONBLOCK) != 0)
		fatal("fcntl", -errno);
	if (pipe2(gate, O_CLOEXEC) != 0)
		fatal("pipe", -errno);
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0)
		fatal("fork", -errno);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sched_setaffinity(0, sizeof(cpus->server), &cpus->server);
		close(gate[1]);
		if (read(gate[0], &byte, 1) == 0) /* end-of-file: go */
			serve(side, listener, connections);
		_exit(1);
	}
	close(gate[0]);
	close(listener);
	*go = gate[1];
	return pid;
}

static double clock_ns(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now) != 0)
		return NAN;
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int perf_open(pid_t pid)
{
	struct perf_event_attr attributes = {.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attributes),
		.config = PERF_COUNT_SW_TASK_CLOCK,
		.inherit = 1};

	return (int)syscall(SYS_perf_event_open, &attributes, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static double perf_ns(int perf)
{
	uint64_t value;

	if (perf < 0 || read(perf, &value, sizeof(value)) != sizeof(value))
		return NAN;
	return (double)value;
}

/* What has been used so far, ns. The process clock knows nothing of forked children. */
static struct cost used(const struct side *side, clockid_t clock, int perf)
{
	bool forks = side->model != NULL && side->model->family == FAMILY_PROCESSES;

	return (struct cost){
		forks ? NAN : clock_ns(clock), perf_ns(perf), clock_ns(CLOCK_MONOTONIC)};
}

static struct cost per_request(struct cost start, struct cost end, uint64_t requests)
{
	double n = (double)requests;

	return (struct cost){(end.cpu_ns - start.cpu_ns) / n, (end.perf_ns - start.perf_ns) / n,
		(end.wall_ns - start.wall_ns) / n};
}

/* Loads a server; returns what a request cost it. */
static struct cost load(const struct side *side, uint32_t number, pid_t pid, int perf,
	int connections, uint64_t requests)
{
	struct client client;
	struct client_settings settings = {.nodelay = true,
		.connections = connections,
		.active = connections,
		.depth = 1,
		.message_bytes = PAYLOAD_BYTES,
		.per_round = (requests + (uint64_t)connections - 1) / (uint64_t)connections};
	clockid_t clock = 0;
	int rc = -clock_getcpuclockid(pid, &clock);

	if (rc != 0)
		fatal("clock of the server", rc);
	rc = client_open(&client, &settings);
	if (rc == 0)
		rc = client_connect(&client, number);
	if (rc == 0)
		rc = client_run(&client, settings.per_round / 4 + 1);
	struct cost start = used(side, clock, perf);
	if (rc == 0)
		rc = client_run(&client, settings.per_round);
	struct cost end = used(side, clock, perf);
	if (rc == 0)
		rc = client_finish(&client);
	if (rc != 0)
		fatal(client.problem, rc);
	client_close(&client);
	return per_request(start, end, settings.per_round * (uint64_t)connections);
}

/* One server from start to end. */
static struct cost measure(
	const struct side *side, const struct cpus *cpus, int connections, uint64_t requests)
{
	uint32_t number;
	int status, go;
	pid_t pid = start(side, cpus, connections, &number, &go);
	int perf = perf_open(pid);

	close(go);
	struct cost cost = load(side, number, pid, perf, connections, requests);
	if (perf >= 0)
		close(perf);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		fatal(side->name, -ECHILD);
	return cost;
}

/* The interval of a median of log ratios; those that are not a number are left out. */
static void print_ratio(const char *what, double *logs, int pairs)
{
	int known = 0;

	for (int i = 0; i < pairs; i++)
		if (!isnan(logs[i]))
			logs[known++] = logs[i];
	pairs = known;
	struct interval interval = interval_median(logs, pairs, CONFIDENCE);

	if (pairs == 0) {
		printf("  %-34s n/a here\n", what);
		return;
	}
	printf("  %-34s %.4f [%.4f, %.4f] (%.1f %% interval of the median, %d pairs)\n", what,
		exp(interval.middle), exp(interval.low), exp(interval.high),
		interval.coverage * 100, pairs);
}

static void compare(const struct side sides[2], const struct cpus *cpus, int connections, int pairs,
	uint64_t requests)
{
	static double cpu[PAIRS_MAX], perf[PAIRS_MAX], wall[PAIRS_MAX];

	printf("%d connection%s, CPU per request, %s / %s\n", connections,
		connections == 1 ? "" : "s", sides[0].name, sides[1].name);
	for (int pair = 0; pair < pairs; pair++) {
		struct cost costs[2];
		int first = pair % 2;

		costs[first] = measure(&sides[first], cpus, connections, requests);
		costs[1 - first] = measure(&sides[1 - first], cpus, connections, requests);
		cpu[pair] = log(costs[0].cpu_ns / costs[1].cpu_ns);
		wall[pair] = log(costs[0].wall_ns / costs[1].wall_ns);
		perf[pair] = log(costs[0].perf_ns / costs[1].perf_ns);
		printf("  pair %2d  %7.3f us / %7.3f us = %.4f   wall %7.3f us / %7.3f us\n",
			pair + 1, costs[0].cpu_ns / 1e3, costs[1].cpu_ns / 1e3, exp(cpu[pair]),
			costs[0].wall_ns / 1e3, costs[1].wall_ns / 1e3);
		fflush(stdout);
	}
	print_ratio("CPU per request, process clock", cpu, pairs);
	print_ratio("CPU per request, perf task clock", perf, pairs);
	print_ratio("wall per request", wall, pairs);
}

int main(int argc, char **argv)
{
	if (argc != 6) {
		fprintf(stderr, "usage: echo_drive PEER MODEL CONNECTIONS PAIRS REQUESTS\n");
		return 2;
	}
	const char *peer = strrchr(argv[1], '/') != NULL ? strrchr(argv[1], '/') + 1 : argv[1];
	struct side sides[2] = {
		{argv[2], NULL, model_find(argv[2])},
		{peer, argv[1], NULL},
	};
	int connections = atoi(argv[3]), pairs = atoi(argv[4]), requests = atoi(argv[5]);

	if (sides[0].model == NULL || connections < 1 || pairs < 1 || pairs > PAIRS_MAX ||
		requests < 1) {
		fprintf(stderr, "echo_drive: no such model, or a count out of range\n");
		return 2;
	}
	struct cpus cpus = choose_cpus();
	sched_setaffinity(0, sizeof(cpus.generator), &cpus.generator);
	compare(sides, &cpus, connections, pairs, (uint64_t)requests);
	return 0;
}
