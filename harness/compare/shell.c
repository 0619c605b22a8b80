#include "harness/compare/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/compare/invocations.h"
#include "harness/measure/clock.h"
#include "harness/run/spinner.h"
#include "harness/run/stop.h"

enum { POLL_MS = 50, FIRST_DEADLINE_S = 600, DEADLINE_TIMES = 20, PADDING_MAX = 4096 };

struct outcome {
	int status; /* of wait */
	double wall_ns, cpu_ns, switches;
	bool timed_out, interrupted;
};

/* Runs in the child. A process group of its own, so that a hang is ended as a whole. */
static void become(const char *command, int padding, pid_t parent)
{
	char text[PADDING_MAX + 1];
	int null = open("/dev/null", O_RDWR);

	stop_reset();
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	memset(text, 'x', (size_t)padding);
	text[padding] = '\0';
	setenv("CONCBENCH_PADDING", text, 1);
	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(127);
}

/* Waits for its end without missing a signal to us or the deadline. */
static void follow(pid_t child, uint64_t deadline_ns, struct outcome *outcome)
{
	uint64_t start_ns = clock_now_ns();
	struct pollfd ended = {.fd = pidfd_open(child, 0), .events = POLLIN};

	while (ended.fd >= 0 && poll(&ended, 1, POLL_MS) <= 0) {
		outcome->interrupted = stop_signal() != 0;
		outcome->timed_out = clock_now_ns() - start_ns > deadline_ns;
		if (outcome->interrupted || outcome->timed_out)
			kill(-child, SIGKILL);
	}
	if (ended.fd >= 0)
		close(ended.fd);
}

static double seconds_of(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

/* Returns  0 or -errno of starting it. */
static int run(const char *command, int padding, uint64_t deadline_ns, struct outcome *outcome)
{
	struct rusage usage;
	pid_t parent = getpid();

	memset(outcome, 0, sizeof(*outcome));
	fflush(NULL);
	uint64_t start_ns = clock_now_ns();
	pid_t child = fork();
	if (child < 0)
		return -errno;
	if (child == 0)
		become(command, padding, parent);
	follow(child, deadline_ns, outcome);
	while (wait4(child, &outcome->status, 0, &usage) < 0)
		if (errno != EINTR)
			return -errno;
	outcome->wall_ns = (double)(clock_now_ns() - start_ns);
	outcome->cpu_ns = 1e9 * (seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime));
	outcome->switches = (double)(usage.ru_nvcsw + usage.ru_nivcsw);
	/* what it left behind would disturb whoever comes next */
	kill(-child, SIGKILL);
	return 0;
}

static void fail(struct sample *sample, const char *what, const struct outcome *outcome)
{
	sample->status = STATUS_FAILED;
	if (outcome->timed_out)
		snprintf(sample->reason, sizeof(sample->reason), "%s had no end, ended by force",
			what);
	else if (WIFSIGNALED(outcome->status))
		snprintf(sample->reason, sizeof(sample->reason), "%s ended by signal %d (%s)", what,
			WTERMSIG(outcome->status), strsignal(WTERMSIG(outcome->status)));
	else
		snprintf(sample->reason, sizeof(sample->reason), "%s: exit status %d%s", what,
			WEXITSTATUS(outcome->status),
			strcmp(what, "command") == 0 ? " (--ignore-failure accepts it)" : "");
}

/* --prepare or --cleanup: must succeed. */
static int run_aside(const char *what, const char *command, struct sample *sample)
{
	struct outcome outcome;

	if (command == NULL || sample->status != STATUS_OK)
		return 0;
	int rc = run(command, 0, FIRST_DEADLINE_S * 1000000000ull, &outcome);
	if (rc != 0)
		return rc;
	if (outcome.status != 0)
		fail(sample, what, &outcome);
	return outcome.interrupted ? -EINTR : 0;
}

static int measure(struct compare_world *world, int benchmark, enum arm arm, int padding,
	struct sample *sample)
{
	const struct shell *shell = world->state;
	struct outcome outcome = {0};

	(void)benchmark;
	memset(sample, 0, sizeof(*sample));
	for (int i = 0; i < METRICS; i++)
		sample->values[i] = NAN;
	sample->window_wall = NAN;
	int rc = run_aside("prepare", shell->prepare, sample);
	if (rc == 0 && sample->status == STATUS_OK) {
		rc = run(shell->commands[arm], padding, shell->deadline_ns, &outcome);
		bool failed = outcome.timed_out || WIFSIGNALED(outcome.status) ||
			      (outcome.status != 0 && !shell->ignore_failure);
		if (rc == 0 && failed)
			fail(sample, "command", &outcome);
		if (rc == 0 && outcome.interrupted)
			rc = -EINTR;
		if (rc == 0)
			rc = run_aside("cleanup", shell->cleanup, sample);
	}
	sample->values[METRIC_WALL] = sample->window_wall = outcome.wall_ns;
	/* a command too short for the kernel to count its CPU time has none to compare */
	sample->values[METRIC_CPU] = outcome.cpu_ns > 0 ? outcome.cpu_ns : NAN;
	sample->values[METRIC_SWITCHES] = outcome.switches;
	return rc == -EINTR || rc == -ENOMEM ? rc : rc != 0 ? -ENOMEM : 0;
}

static int probe(struct compare_world *world, int benchmark, struct sample *sample)
{
	struct shell *shell = world->state;

	shell->deadline_ns = FIRST_DEADLINE_S * 1000000000ull;
	int rc = measure(world, benchmark, ARM_BASE, 0, sample);
	/* a hang on the head is one that takes many times what the base took */
	uint64_t more_ns = (uint64_t)(DEADLINE_TIMES * sample->values[METRIC_WALL]);
	if (rc == 0 && sample->status == STATUS_OK)
		shell->deadline_ns = 10000000000u + more_ns;
	return rc;
}

static double spin(struct compare_world *world, int benchmark)
{
	cpu_set_t allowed;

	(void)world;
	(void)benchmark;
	return sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? spinner_share(&allowed) : 0;
}

void shell_init(struct shell *shell)
{
	memset(shell, 0, sizeof(*shell));
	shell->world = (struct compare_world){.probe = probe,
		.measure = measure,
		.spin = spin,
		.canary = world_canary,
		.now_ns = world_now_ns,
		.state = shell};
}
