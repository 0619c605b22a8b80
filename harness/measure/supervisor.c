/*
 * The supervisor of one invocation: see supervisor.h.
 *
 * It sleeps on one futex, the bell. The SUT and the load process ring it with a request, signals
 * (a child ended, somebody interrupts) ring it from their handler, and the watchdog's look is the
 * timeout. It never polls while the window runs, so it does not disturb what it watches.
 */
#include "harness/measure/supervisor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/measure/sut.h"
#include "harness/measure/tree.h"

enum { MS = 1000 * 1000 };
enum {
	LOOK_NS = 500 * MS,       /* the watchdog's */
	SAMPLE_LOOK_NS = 20 * MS, /* memory invocations */
	READY_LOOK_NS = 5 * MS,   /* where nothing after the gate is wanted */
	FAILED_NS = 2000 * MS,    /* after a task's failure, for the others to notice */
	GRACE_NS = 500 * MS,      /* after a verdict, for the SUT to tell and tidy up */
	LOAD_GRACE_NS = 250 * MS, /* for an upstream to see that it is over */
	SERVER_GRACE_S = 5,       /* for a generator to write its report */
	SLOWER_THAN_EXPECTED = 4
};

/* What a signal handler may touch. */
static _Atomic uint32_t *bell_to_ring;
static volatile sig_atomic_t interrupted_by;

static void on_signal(int number)
{
	int saved = errno;

	if (number != SIGCHLD)
		interrupted_by = number;
	if (bell_to_ring != NULL) {
		atomic_fetch_add(bell_to_ring, 1);
		futex_wake(bell_to_ring);
	}
	errno = saved;
}

static const int signals_caught[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP};
enum { SIGNALS_CAUGHT = sizeof(signals_caught) / sizeof(signals_caught[0]) };

static void catch_signals(struct sigaction *before)
{
	struct sigaction caught = {.sa_handler = on_signal};

	for (int i = 0; i < SIGNALS_CAUGHT; i++)
		sigaction(signals_caught[i], &caught, &before[i]);
}

static void restore_signals(const struct sigaction *before)
{
	for (int i = 0; i < SIGNALS_CAUGHT; i++)
		sigaction(signals_caught[i], &before[i], NULL);
}

bool supervisor_interrupted(void *arg)
{
	const struct supervisor *supervisor = arg;
	siginfo_t info = {0};

	if (interrupted_by != 0)
		return true;
	/* a look only: the loop reaps */
	return waitid(P_PID, (id_t)supervisor->root.pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
	       info.si_pid != 0;
}

static int fork_child(struct supervisor *supervisor, struct child *child, bool is_root)
{
	child->forked_ns = clock_now_ns();
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		bell_to_ring = NULL;
		if (is_root)
			sut_main(supervisor->orders, &supervisor->group, &supervisor->cpu_group);
		load_main(supervisor->orders);
	}
	child->pid = pid;
	return 0;
}

static bool running(const struct child *child)
{
	return child->pid != 0 && !child->ended;
}

static void note_end(struct child *child, int status, const struct rusage *usage)
{
	child->ended = true;
	child->ended_ns = clock_now_ns();
	child->status = status;
	child->cpu_ns =
		((uint64_t)usage->ru_utime.tv_sec + (uint64_t)usage->ru_stime.tv_sec) *
			1000000000u +
		((uint64_t)usage->ru_utime.tv_usec + (uint64_t)usage->ru_stime.tv_usec) * 1000u;
}

/* Children that ended; orphans of the SUT come here too. Returns false when no child is left. */
static bool reap(struct supervisor *supervisor, int options)
{
	struct rusage usage;
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, options, &usage)) > 0) {
		if (pid == supervisor->root.pid)
			note_end(&supervisor->root, status, &usage);
		else if (pid == supervisor->load.pid)
			note_end(&supervisor->load, status, &usage);
	}
	return pid == 0 || errno != ECHILD;
}

/* From now on nobody waits for anybody; what still runs after the grace is killed. */
static void begin_end(struct supervisor *supervisor, uint64_t grace_ns)
{
	struct invocation *invocation = supervisor->invocation;

	if (supervisor->end_by_ns == 0)
		supervisor->end_by_ns = clock_now_ns() + grace_ns;
	atomic_store(&invocation->over, 1);
	atomic_fetch_add(&invocation->answer, 1);
	futex_wake(&invocation->answer);
	futex_wake(&supervisor->orders->port);
	if (supervisor->orders->model->family != FAMILY_ASYNC &&
		supervisor->orders->model->family != FAMILY_STACKLESS) {
		atomic_fetch_add(&invocation->gate.word, 1);
		futex_wake(&invocation->gate.word);
	}
}

/* Deadlines of getting on: a step may take what it is expected to, and the stall time beyond. */
static void watch(struct supervisor *supervisor)
{
	struct invocation *invocation = supervisor->invocation;
	uint64_t progress = atomic_load(&invocation->progress);
	uint64_t now_ns = clock_now_ns();
	uint64_t most_ns = supervisor->plan->stall_ns;
	uint32_t phase = atomic_load(&invocation->phase);

	if (progress != supervisor->progress) {
		supervisor->progress = progress;
		supervisor->progress_ns = now_ns;
		return;
	}
	if (phase == PHASE_WINDOW)
		most_ns += SLOWER_THAN_EXPECTED * invocation->expected_ns;
	if (now_ns - supervisor->progress_ns < most_ns || supervisor->end_by_ns != 0)
		return;
	orders_verdict(supervisor->orders, STATUS_FAILED, "no progress for %llu s in %s",
		(unsigned long long)(most_ns / 1000000000u), phase_names[phase]);
	begin_end(supervisor, 0);
}

bool supervisor_met(const struct supervisor *supervisor)
{
	return supervisor->plan->until_ready &&
	       atomic_load(&supervisor->invocation->phase) >= PHASE_WARM;
}

/*
 * A task failed, and another may wait for it in its own way, in a pipe that never ends as long as a
 * third holds it open: not even the crew's own verdict then comes.
 */
static void watch_failure(struct supervisor *supervisor)
{
	const struct first_failure *failure = &supervisor->invocation->failure;
	uint64_t stall_ns = supervisor->plan->stall_ns, now_ns = clock_now_ns();

	if (atomic_load(&failure->known) == 0 || supervisor->end_by_ns != 0)
		return;
	if (supervisor->failed_ns == 0)
		supervisor->failed_ns = now_ns;
	if (now_ns - supervisor->failed_ns < (stall_ns < FAILED_NS ? stall_ns / 2 : FAILED_NS))
		return;
	if (failure->signal != 0)
		orders_verdict(supervisor->orders, STATUS_FAILED,
			"task %d was killed by signal %d (%s)", failure->task, failure->signal,
			strsignal(failure->signal));
	else
		orders_verdict(supervisor->orders, STATUS_FAILED, "task %d: %s", failure->task,
			strerror(-failure->rc));
	begin_end(supervisor, 0);
}

/* What happened since the last ring. */
static void attend(struct supervisor *supervisor)
{
	struct invocation *invocation = supervisor->invocation;
	uint32_t request = atomic_exchange(&invocation->request, REQUEST_NONE);

	reap(supervisor, WNOHANG);
	if (request != REQUEST_NONE) {
		serve(supervisor, (enum request)request);
		atomic_fetch_add(&invocation->progress, 1);
		atomic_fetch_add(&invocation->answer, 1);
		futex_wake(&invocation->answer);
	}
	if (interrupted_by != 0) {
		orders_verdict(supervisor->orders, STATUS_FAILED, "interrupted");
		begin_end(supervisor, 0);
	}
	if (atomic_load(&invocation->verdict_taken) != 0 ||
		(supervisor->load.ended && supervisor->load.status != 0))
		begin_end(supervisor, GRACE_NS);
	if (supervisor_met(supervisor) && supervisor->end_by_ns == 0) {
		/* said now: who dies last would tell what the others' death did to it */
		orders_verdict(supervisor->orders, STATUS_OK, "%s", "");
		begin_end(supervisor, 0);
	}
	watch_failure(supervisor);
	watch(supervisor);
}

static void kill_child(struct child *child, int signal)
{
	if (!running(child))
		return;
	child->killed = true;
	kill(child->pid, signal);
}

/* Sleeps until the bell rings or it is time to look. */
static void doze(struct supervisor *supervisor, uint32_t seen)
{
	uint64_t timeout_ns = LOOK_NS;
	uint64_t now_ns = clock_now_ns();

	if (supervisor->orders->kind == KIND_MEMORY &&
		atomic_load(&supervisor->invocation->phase) == PHASE_WINDOW)
		timeout_ns = SAMPLE_LOOK_NS;
	if (supervisor->plan->until_ready)
		timeout_ns = READY_LOOK_NS;
	if (supervisor->end_by_ns != 0 && supervisor->end_by_ns < now_ns + timeout_ns)
		timeout_ns = supervisor->end_by_ns > now_ns ? supervisor->end_by_ns - now_ns : 1;
	futex_wait(&supervisor->invocation->bell, seen, timeout_ns);
	if (timeout_ns == SAMPLE_LOOK_NS)
		sample_peak(supervisor);
}

/* Until the SUT has ended, by itself or by us. */
static void follow_sut(struct supervisor *supervisor)
{
	while (!supervisor->root.ended) {
		uint32_t seen = atomic_load(&supervisor->invocation->bell);

		attend(supervisor);
		if (supervisor->root.ended)
			break;
		if (supervisor->end_by_ns != 0 && clock_now_ns() >= supervisor->end_by_ns) {
			kill_child(&supervisor->root, SIGKILL);
			kill(-supervisor->root.pid, SIGKILL);
			tree_kill(supervisor->load.pid);
		}
		doze(supervisor, seen);
	}
}

/* Ends the load process and whatever else is left: asks, then insists. */
static void end_all(struct supervisor *supervisor)
{
	bool server = (supervisor->orders->workload->flags & WORKLOAD_SERVER) != 0;
	uint64_t grace_ns = server ? SERVER_GRACE_S * 1000000000ull : LOAD_GRACE_NS;

	if (supervisor->root.pid != 0)
		kill(-supervisor->root.pid, SIGKILL);
	tree_kill(supervisor->load.pid);
	begin_end(supervisor, grace_ns);
	while (running(&supervisor->load) && clock_now_ns() < supervisor->end_by_ns) {
		uint32_t seen = atomic_load(&supervisor->invocation->bell);

		reap(supervisor, WNOHANG);
		if (running(&supervisor->load))
			doze(supervisor, seen);
		if (interrupted_by != 0)
			break;
	}
	kill_child(&supervisor->load, SIGKILL);
	while (reap(supervisor, 0))
		tree_kill(0);
}

static int start(struct supervisor *supervisor)
{
	const struct orders *orders = supervisor->orders;
	int rc = 0;

	if (orders->kind == KIND_MEMORY)
		(void)memory_group_make(
			&supervisor->group); /* else the machine's counts are used */
	/* else the account has no witness */
	(void)cpu_group_make(&supervisor->cpu_group, &supervisor->group);
	environment_read(&supervisor->begin);
	supervisor->progress_ns = clock_now_ns();
	if (orders->workload->load != NULL)
		rc = fork_child(supervisor, &supervisor->load, false);
	supervisor->invocation->load = supervisor->load.pid;
	if (rc == 0)
		rc = fork_child(supervisor, &supervisor->root, true);
	supervisor->invocation->root = supervisor->root.pid;
	return rc;
}

static int run(struct supervisor *supervisor, struct record *record)
{
	struct sigaction before[SIGNALS_CAUGHT];
	sigset_t none, mask;

	interrupted_by = 0;
	bell_to_ring = &supervisor->invocation->bell;
	catch_signals(before);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, &mask);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	int rc = start(supervisor);
	if (rc == 0)
		follow_sut(supervisor);
	else
		orders_verdict(supervisor->orders, STATUS_FAILED, "fork: %s", strerror(-rc));
	end_all(supervisor);
	if (supervisor->orders->workload->sweep != NULL && supervisor->load.pid != 0)
		supervisor->orders->workload->sweep(supervisor->load.pid);
	environment_read(&supervisor->end);
	rc = result_fill(supervisor, record);
	counts_close(&supervisor->counts);
	control_group_remove(&supervisor->group);
	control_group_remove(&supervisor->cpu_group);
	bell_to_ring = NULL;
	sigprocmask(SIG_SETMASK, &mask, NULL);
	restore_signals(before);
	return rc;
}

int invocation_run(const struct plan *plan, struct record *record, int *signal)
{
	struct supervisor supervisor = {.plan = plan, .memory = {.peak = -1}};

	*signal = 0;
	*record = (struct record){0};
	result_identify(plan, record);
	for (int i = 0; i < COUNT_EVENTS; i++)
		supervisor.counts.fds[i] = -1;
	if (invocation_impossible(&plan->draft, record->reason, sizeof(record->reason))) {
		record->status = STATUS_IMPOSSIBLE;
		return 0;
	}
	int rc = invocation_map(&supervisor.orders, &plan->draft);
	if (rc != 0) {
		record->status = STATUS_FAILED;
		snprintf(record->reason, sizeof(record->reason), "the arena: %s", strerror(-rc));
		return 0;
	}
	supervisor.invocation = supervisor.orders->invocation;
	rc = run(&supervisor, record);
	*signal = interrupted_by;
	arena_unmap(supervisor.orders->arena);
	return rc;
}
