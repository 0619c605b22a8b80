/*
 * Compares our echo server with a peer's: CPU time per request, pair by pair, under the load of the
 * same generator.
 *
 * usage: echo_drive PEER MODEL CONNECTIONS PAIRS REQUESTS [SECONDS]
 *
 * PEER is a program that serves on the listening descriptor it is given; MODEL one of ours, run as
 * workload echo runs it. Either may be the other, too (a program has a slash in it): two bare loops
 * or two models can be compared. What follows a comma is the program's second argument. A pair is
 * one fresh process of each, ours first in every other pair. Both live at the same time on one CPU
 * and are loaded in turns of a few milliseconds (ours, peer, peer, ours), so that whatever disturbs
 * the machine meets both; the generator has another CPU. Each serves about REQUESTS requests that
 * count, after a quarter as many that do not. A pair's figures are those of its quad of turns with
 * the median ratio: a disturbed turn does not move them.
 *
 * With SECONDS it stops as soon as the interval of the median over the pairs is narrow (half-width
 * at most 1 %, or a third of the ratio's distance from 1), at the latest after PAIRS pairs or so
 * many seconds; without, it makes PAIRS pairs.
 *
 * CPU time is the process's clock (CLOCK_PROCESS_CPUTIME_ID by its id) and, read beside it, the
 * task clock of perf events, another account of the kernel's. That alone knows of living children:
 * where one of the two forks, both are told by it.
 *
 * It is over 400 lines: a program in one file, as all peers are.
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

enum {
	PAIRS_MAX = 1000,
	PAIRS_MIN = 12, /* before the width of an interval may stop it */
	QUADS = 7,      /* of turns in a pair; odd: one of them is the median */
	ROUNDS_MIN = 2, /* of a turn: one alone would be all sending, then all receiving */
	PAYLOAD_BYTES = 64,
	BACKLOG = 4096
};

static const double CONFIDENCE = 0.95;

struct side {
	const char *name;
	const char *program;       /* a peer … */
	const char *argument;      /* … after the descriptor, or NULL */
	const struct model *model; /* … or one of ours */
	bool forks;                /* it or the other: then the processes' clocks do not do */
};

/* What a word of the command line names: a program has a slash in it. */
static struct side side_of(char *word)
{
	char *comma = strchr(word, ','), *slash = strrchr(word, '/');

	if (slash == NULL)
		return (struct side){.name = word, .model = model_find(word)};
	if (comma != NULL)
		*comma = '\0';
	return (struct side){
		.name = slash + 1, .program = word, .argument = comma != NULL ? comma + 1 : NULL};
}

static bool does_fork(const struct side *side)
{
	return side->model != NULL ? side->model->family == FAMILY_PROCESSES
				   : strcmp(side->name, "echo_processes") == 0;
}

static bool is_known(const struct side *side)
{
	return side->model != NULL || side->program != NULL;
}

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
		[FAMILY_PROCESSES] = echo_processes_task,
		[FAMILY_STACKLESS] = echo_stackless_task};
	int rc = invocation_map(&orders, &draft);

	if (rc != 0)
		return rc;
	struct echo *echo = arena_take(orders->arena, sizeof(*echo));
	*echo = (struct echo){.listener = listener,
		.family = ENDPOINT_TCP,
		.nodelay = true,
		.payload_bytes = PAYLOAD_BYTES};
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
		execl(side->program, side->program, number, side->argument, (char *)NULL);
	perror(side->program);
	_exit(127);
}

/* Starts a server that holds still until *go is closed, so that its whole life can be watched. */
static pid_t start(const struct side *side, const struct cpus *cpus, int connections,
	uint32_t *number, int *go)
{
	int gate[2], listener = endpoint_listen(ENDPOINT_TCP, BACKLOG, number);
	bool waits_in_a_loop = side->model == NULL || side->model->family == FAMILY_ASYNC ||
			       side->model->family == FAMILY_STACKLESS;
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

/* What has been used so far, ns. */
static struct cost used(const struct side *side, clockid_t clock, int perf)
{
	return (struct cost){
		side->forks ? NAN : clock_ns(clock), perf_ns(perf), clock_ns(CLOCK_MONOTONIC)};
}

/* A server under load. */
struct served {
	const struct side *side;
	pid_t pid;
	int perf;
	clockid_t clock;
	struct client client;
};

static void need(const struct served *served, int rc)
{
	if (rc != 0)
		fatal(served->client.problem, rc);
}

/* Starts a server, connects, and warms it up. */
static void open_served(struct served *served, const struct side *side, const struct cpus *cpus,
	int connections, uint64_t rounds)
{
	struct client_settings settings = {.nodelay = true,
		.connections = connections,
		.active = connections,
		.depth = 1,
		.message_bytes = PAYLOAD_BYTES,
		.per_round = rounds};
	uint32_t number;
	int go;

	served->side = side;
	served->pid = start(side, cpus, connections, &number, &go);
	served->perf = perf_open(served->pid);
	if (side->forks && served->perf < 0)
		fatal("perf events, which alone count children", -EPERM);
	int rc = -clock_getcpuclockid(served->pid, &served->clock);
	if (rc != 0)
		fatal("clock of the server", rc);
	close(go);
	need(served, client_open(&served->client, &settings));
	need(served, client_connect(&served->client, number));
	need(served, client_run(&served->client, rounds * QUADS / 2 + 1));
}

static void close_served(struct served *served)
{
	int status;

	need(served, client_finish(&served->client));
	client_close(&served->client);
	if (served->perf >= 0)
		close(served->perf);
	if (waitpid(served->pid, &status, 0) != served->pid || status != 0)
		fatal(served->side->name, -ECHILD);
}

/* Loads a server for one turn; adds what a request cost it, halved: a quad has two turns. */
static void take_turn(struct served *served, uint64_t rounds, struct cost *cost)
{
	double halves = 2 * (double)rounds * (double)served->client.settings.connections;
	struct cost start = used(served->side, served->clock, served->perf);

	need(served, client_run(&served->client, rounds));
	struct cost end = used(served->side, served->clock, served->perf);
	cost->cpu_ns += (end.cpu_ns - start.cpu_ns) / halves;
	cost->perf_ns += (end.perf_ns - start.perf_ns) / halves;
	cost->wall_ns += (end.wall_ns - start.wall_ns) / halves;
}

/* What both cost in one quad of turns. */
struct quad {
	struct cost ours, peers;
};

/* By the account that knows all of it. */
static double told_ns(const struct cost *cost)
{
	return isnan(cost->cpu_ns) ? cost->perf_ns : cost->cpu_ns;
}

static double ratio_of(const struct quad *quad)
{
	return told_ns(&quad->ours) / told_ns(&quad->peers);
}

static int by_ratio(const void *a, const void *b)
{
	double left = ratio_of(a), right = ratio_of(b);

	return (left > right) - (left < right);
}

/* Two fresh servers from start to end: their quad with the median ratio. */
static struct quad measure_pair(const struct side sides[2], const struct cpus *cpus,
	int connections, uint64_t rounds, int first)
{
	struct served served[2];
	struct quad quads[QUADS] = {0};

	for (int i = 0; i < 2; i++) {
		int side = i ^ first;
		open_served(&served[side], &sides[side], cpus, connections, rounds);
	}
	for (int i = 0; i < QUADS; i++) {
		take_turn(&served[0], rounds, &quads[i].ours);
		take_turn(&served[1], rounds, &quads[i].peers);
		take_turn(&served[1], rounds, &quads[i].peers);
		take_turn(&served[0], rounds, &quads[i].ours);
	}
	close_served(&served[0]);
	close_served(&served[1]);
	qsort(quads, QUADS, sizeof(*quads), by_ratio);
	return quads[QUADS / 2];
}

/* The interval of the ratio whose logarithms these are; those that are not a number are left out.
 */
static struct interval ratio_interval(const double *logs, int pairs)
{
	static double known[PAIRS_MAX];
	int count = 0;

	for (int i = 0; i < pairs; i++)
		if (!isnan(logs[i]))
			known[count++] = logs[i];
	struct interval interval = interval_median(known, count, CONFIDENCE);
	interval.middle = exp(interval.middle);
	interval.low = exp(interval.low);
	interval.high = exp(interval.high);
	return interval;
}

/* Half the width is at most 1 %, or a third of the distance from 1. */
static bool is_narrow(const struct interval *interval)
{
	double distance = fabs(interval->middle - 1);

	return (interval->high - interval->low) / 2 <= fmax(0.01, distance / 3);
}

static void print_ratio(const char *what, const double *logs, int pairs)
{
	struct interval interval = ratio_interval(logs, pairs);

	if (interval.n == 0)
		printf("  %-34s n/a here\n", what);
	else
		printf("  %-34s %.4f [%.4f, %.4f] (%.1f %% interval of the median, %d pairs%s)\n",
			what, interval.middle, interval.low, interval.high, interval.coverage * 100,
			interval.n, is_narrow(&interval) ? "" : ", wide");
}

struct plan {
	int connections, pairs;
	uint64_t requests;
	double seconds; /* 0: make all pairs */
};

static uint64_t rounds_of(const struct plan *plan)
{
	uint64_t turns = 2 * QUADS * (uint64_t)plan->connections;
	uint64_t rounds = (plan->requests + turns - 1) / turns;

	return rounds < ROUNDS_MIN ? ROUNDS_MIN : rounds;
}

static void compare(const struct side sides[2], const struct cpus *cpus, const struct plan *plan)
{
	static double cpu[PAIRS_MAX], perf[PAIRS_MAX], wall[PAIRS_MAX];
	double start_ns = clock_ns(CLOCK_MONOTONIC);
	bool enough = false;
	int pairs = 0;

	printf("%d connection%s, CPU per request, %s / %s\n", plan->connections,
		plan->connections == 1 ? "" : "s", sides[0].name, sides[1].name);
	while (pairs < plan->pairs && !enough) {
		struct quad quad =
			measure_pair(sides, cpus, plan->connections, rounds_of(plan), pairs % 2);

		cpu[pairs] = log(quad.ours.cpu_ns / quad.peers.cpu_ns);
		wall[pairs] = log(quad.ours.wall_ns / quad.peers.wall_ns);
		perf[pairs] = log(quad.ours.perf_ns / quad.peers.perf_ns);
		printf("  pair %2d  %7.3f us / %7.3f us = %.4f   wall %7.3f us / %7.3f us\n",
			pairs + 1, told_ns(&quad.ours) / 1e3, told_ns(&quad.peers) / 1e3,
			ratio_of(&quad), quad.ours.wall_ns / 1e3, quad.peers.wall_ns / 1e3);
		fflush(stdout);
		pairs++;
		struct interval interval = ratio_interval(isnan(cpu[0]) ? perf : cpu, pairs);
		double seconds = (clock_ns(CLOCK_MONOTONIC) - start_ns) / 1e9;
		enough = plan->seconds > 0 && pairs >= PAIRS_MIN &&
			 (seconds >= plan->seconds || is_narrow(&interval));
	}
	print_ratio("CPU per request, process clock", cpu, pairs);
	print_ratio("CPU per request, perf task clock", perf, pairs);
	print_ratio("wall per request", wall, pairs);
}

int main(int argc, char **argv)
{
	if (argc != 6 && argc != 7) {
		fprintf(stderr,
			"usage: echo_drive PEER MODEL CONNECTIONS PAIRS REQUESTS [SECONDS]\n");
		return 2;
	}
	struct side sides[2] = {
		side_of(argv[2]),
		side_of(argv[1]),
	};
	int requests = atoi(argv[5]);
	struct plan plan = {.connections = atoi(argv[3]),
		.pairs = atoi(argv[4]),
		.requests = (uint64_t)requests,
		.seconds = argc > 6 ? atof(argv[6]) : 0};

	if (!is_known(&sides[0]) || !is_known(&sides[1]) || plan.connections < 1 ||
		plan.pairs < 1 || plan.pairs > PAIRS_MAX || requests < 1 || plan.seconds < 0) {
		fprintf(stderr, "echo_drive: no such model, or a count out of range\n");
		return 2;
	}
	sides[0].forks = sides[1].forks = does_fork(&sides[0]) || does_fork(&sides[1]);
	struct cpus cpus = choose_cpus();
	sched_setaffinity(0, sizeof(cpus.generator), &cpus.generator);
	compare(sides, &cpus, &plan);
	return 0;
}
