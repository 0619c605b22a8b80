/*
 * The processes of an invocation, from the inside: see sut.h.
 */
#include "harness/measure/sut.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/guest/guest.h"
#include "harness/measure/invocation.h"
#include "harness/measure/limits.h"

/* Signals as a fresh program has them; a closed connection is an error, not a death. */
static void reset_signals(void)
{
	struct sigaction plain = {.sa_handler = SIG_DFL};
	struct sigaction ignored = {.sa_handler = SIG_IGN};
	sigset_t none;

	for (int signal = 1; signal < NSIG; signal++)
		sigaction(signal, &plain, NULL);
	sigaction(SIGPIPE, &ignored, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Only stderr remains of what the supervisor had open: the record's descriptor is not ours. */
static void close_descriptors(void)
{
	int null = open("/dev/null", O_RDWR);

	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
	}
	close_range(STDERR_FILENO + 1, ~0u, 0);
}

/* A limit the user can lift without a privilege is not the one to be found. */
static void raise_soft_limit(int resource)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(resource, &limit);
	}
}

/* Dies with its parent; own session, so that a terminal's signals reach the supervisor alone. */
static void leave_supervisor(pid_t supervisor)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != supervisor)
		_exit(1);
	setsid();
	reset_signals();
	close_descriptors();
}

static void normalise(const struct orders *orders, const cpu_set_t *cpus)
{
	struct sched_param param = {0};

	sched_setscheduler(0, SCHED_OTHER, &param);
	setpriority(PRIO_PROCESS, 0, 0); /* refused to an unprivileged user who was niced */
	if (CPU_COUNT(cpus) > 0)
		sched_setaffinity(0, sizeof(*cpus), cpus);
	raise_soft_limit(RLIMIT_NOFILE);
	prctl(PR_SET_THP_DISABLE, orders->common[COMMON_THP] == 0, 0, 0, 0);
	prctl(PR_SET_TIMERSLACK, (unsigned long)orders->common[COMMON_SLACK]);
}

/* The reason where nobody gave a better one. */
static void tell_error(struct orders *orders, const char *step, int rc)
{
	const struct first_failure *failure = &orders->invocation->failure;
	char text[RECORD_REASON_MAX];

	if (limit_name(rc, orders->tasks, text, sizeof(text)) == 0)
		orders_verdict(orders, STATUS_LIMIT, "%s", text);
	else if (failure->known)
		orders_verdict(orders, STATUS_FAILED, "%s: task %d: %s", step, failure->task,
			strerror(-failure->rc));
	else
		orders_verdict(orders, STATUS_FAILED, "%s: %s", step, strerror(-rc));
}

static int prepare(struct orders *orders)
{
	int rc = 0;

	invocation_phase(orders->invocation, PHASE_PREPARE);
	if (orders->guest != NULL)
		rc = guest_prepare(orders);
	else if (orders->workload->prepare != NULL)
		rc = orders->workload->prepare(orders);
	if (rc != 0) {
		tell_error(orders, "prepare", rc);
		return rc;
	}
	arena_touch(orders->arena);
	if (orders->kind != KIND_TIME) {
		invocation_phase(orders->invocation, PHASE_BASELINE);
		invocation_ask(orders, REQUEST_A);
	}
	invocation_phase(orders->invocation, PHASE_SPAWN);
	return 0;
}

void sut_main(
	struct orders *orders, const struct control_group *memory, const struct control_group *cpu)
{
	struct invocation *invocation = orders->invocation;
	int rc;

	if (memory->path[0] != '\0')
		(void)control_group_enter(memory); /* else nothing is read from it */
	if (cpu->path[0] != '\0')
		(void)control_group_enter(cpu);
	leave_supervisor(invocation->supervisor);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	normalise(orders, &orders->sut_cpus);
	rc = prepare(orders);
	if (rc == 0) {
		rc = orders->guest != NULL ? guest_run(orders)
					   : orders->workload->run[orders->model->family](orders);
		if (rc != 0)
			tell_error(orders, orders->workload->name, rc);
		else if (atomic_load(&invocation->ended) == 0)
			orders_verdict(
				orders, STATUS_FAILED, "the workload ended before its window did");
	}
	if (orders->guest != NULL) {
		int ended = guest_finish(orders);
		rc = rc != 0 ? rc : ended;
	} else if (orders->workload->finish != NULL) {
		orders->workload->finish(orders);
	}
	_exit(rc == 0 ? 0 : 1);
}

void load_main(struct orders *orders)
{
	leave_supervisor(orders->invocation->supervisor);
	normalise(orders, &orders->load_cpus);
	int rc = orders->workload->load(orders);
	if (rc != 0 && rc != -ECANCELED)
		orders_verdict(orders, STATUS_FAILED, "the load process: %s", strerror(-rc));
	_exit(rc == 0 || rc == -ECANCELED ? 0 : 1);
}
