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
#include "harness/compare/weigh.h"
#include "harness/measure/clock.h"
#include "harness/run/spinner.h"
#include "harness/run/stop.h"

static const uint64_t second_ns = 1000000000u;

enum { POLL_MS = 50, FIRST_DEADLINE_S = 600, DEADLINE_TIMES = 20, PADDING_MAX = 4096 };

struct outcome {
	int status; /* of wait */
	double wall_ns, cpu_ns, switches;
	double peak_bytes; /* NaN: not weighed */
	bool timed_out, interrupted;
};

/* What is run, and how. */
struct order {
	const char *command, *folder;
	int padding;
	bool weighed;
	uint64_t deadline_ns;
};

/* Runs in the child. A process group of its own, so that a hang is ended as a whole. */
static void become(const struct order *order, int go, pid_t parent)
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
	if (order->folder != NULL && chdir(order->folder) != 0)
		_exit(127);
	/* whoever is weighed waits until it is watched */
	if (order->weighed && read(go, text, 1) != 1)
		_exit(127);
	memset(text, 'x', (size_t)order->padding);
	text[order->padding] = '\0';
	setenv("CONCBENCH_PADDING", text, 1);
	execl("/bin/sh", "sh", "-c", order->command, NULL);
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

/* Runs it to weigh it, with nothing timed. */
static int run_weighed(const struct order *order, struct outcome *outcome)
{
	struct weight weight = {.deadline_ns = order->deadline_ns};
	pid_t parent = getpid();
	int go[2];

	if (pipe2(go, O_CLOEXEC) != 0)
		return -errno;
	pid_t child = fork();
	int rc = child < 0 ? -errno : 0;
	if (child == 0)
		become(order, go[0], parent);
	weight.go = go[1];
	if (rc == 0) {
		weigh(child, &weight);
		kill(-child, SIGKILL);
	}
	close(go[0]);
	close(go[1]);
	outcome->status = weight.status;
	outcome->peak_bytes = weight.peak_bytes;
	outcome->timed_out = weight.timed_out;
	outcome->interrupted = weight.interrupted;
	return rc;
}

/* Returns  0 or -errno of starting it. */
static int run(const struct order *order, struct outcome *outcome)
{
	struct rusage usage;
	pid_t parent = getpid();

	memset(outcome, 0, sizeof(*outcome));
	outcome->peak_bytes = NAN;
	fflush(NULL);
	if (order->weighed)
		return run_weighed(order, outcome);
	uint64_t start_ns = clock_now_ns();
	pid_t child = fork();
	if (child < 0)
		return -errno;
	if (child == 0)
		become(order, -1, parent);
	follow(child, order->deadline_ns, outcome);
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

/* --prepare or --conclude: must succeed. */
static int run_aside(
	const char *what, const char *command, const char *folder, struct sample *sample)
{
	struct order order = {
		.command = command, .folder = folder, .deadline_ns = FIRST_DEADLINE_S * second_ns};
	struct outcome outcome;

	if (command == NULL || sample->status != STATUS_OK)
		return 0;
	int rc = run(&order, &outcome);
	if (rc != 0)
		return rc;
	if (outcome.status != 0)
		fail(sample, what, &outcome);
	return outcome.interrupted ? -EINTR : 0;
}

int shell_aside(const struct shell *shell, const char *what, const char *command, char *error,
	size_t error_bytes)
{
	const char *const *folders = shell->folders;
	bool same = folders[0] == folders[1] || (folders[0] != NULL && folders[1] != NULL &&
							strcmp(folders[0], folders[1]) == 0);
	struct sample sample = {.status = STATUS_OK};
	int rc = 0;

	for (int arm = 0; arm < (same ? 1 : ARMS) && rc == 0; arm++)
		rc = run_aside(what, command, folders[arm], &sample);
	if (rc == 0 && sample.status != STATUS_OK) {
		snprintf(error, error_bytes, "%s", sample.reason);
		rc = -ECHILD;
	} else if (rc != 0) {
		snprintf(error, error_bytes, "%s: %s", what, strerror(-rc));
	}
	return rc;
}

/* Is an exit status what the user calls success? */
static bool is_wanted(const struct shell *shell, int status)
{
	bool wanted = status == 0 || (shell->ignore_failure && shell->codes_count == 0);

	for (int i = 0; i < shell->codes_count; i++)
		wanted = wanted || status == shell->codes[i];
	return wanted;
}

static int measure(struct compare_world *world, int benchmark, enum arm arm, int padding,
	struct sample *sample)
{
	const struct shell *shell = world->state;
	const char *folder = shell->folders[arm];
	struct order order = {.command = shell->commands[arm],
		.folder = folder,
		.padding = padding,
		.weighed = benchmark == SHELL_WEIGHED,
		.deadline_ns = shell->deadline_ns};
	struct outcome outcome = {0};

	memset(sample, 0, sizeof(*sample));
	for (int i = 0; i < METRICS; i++)
		sample->values[i] = NAN;
	sample->window_wall = NAN;
	int rc = run_aside("prepare", shell->prepare, folder, sample);
	if (rc == 0 && sample->status == STATUS_OK) {
		rc = run(&order, &outcome);
		bool failed = outcome.timed_out || WIFSIGNALED(outcome.status) ||
			      !is_wanted(shell, WEXITSTATUS(outcome.status));
		if (rc == 0 && failed)
			fail(sample, "command", &outcome);
		if (rc == 0 && outcome.interrupted)
			rc = -EINTR;
		if (rc == 0)
			rc = run_aside("conclude", shell->conclude, folder, sample);
	}
	if (order.weighed) {
		sample->values[METRIC_MEMORY] = outcome.peak_bytes;
		return rc == -EINTR || rc == -ENOMEM ? rc : rc != 0 ? -ENOMEM : 0;
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

	/* the timed runs come first and have set the deadline */
	if (benchmark == SHELL_WEIGHED)
		return measure(world, benchmark, ARM_BASE, 0, sample);
	shell->deadline_ns = FIRST_DEADLINE_S * second_ns;
	int rc = measure(world, benchmark, ARM_BASE, 0, sample);
	/* a hang on the head is one that takes many times what the base took */
	uint64_t more_ns = (uint64_t)(DEADLINE_TIMES * sample->values[METRIC_WALL]);
	if (rc == 0 && sample->status == STATUS_OK)
		shell->deadline_ns = 10 * second_ns + more_ns;
	return rc;
}

static double spin(struct compare_world *world, int benchmark, double *waited)
{
	cpu_set_t allowed;

	(void)world;
	(void)benchmark;
	*waited = 0;
	return sched_getaffinity(0, sizeof(allowed), &allowed) == 0
		       ? spinner_share(&allowed, waited)
		       : 0;
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
