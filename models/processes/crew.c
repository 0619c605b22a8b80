/*
 * The crew of processes: a forked child per task.
 *
 * The children do not inherit the parent's notes: a page that is written between two forks is
 * copied, and every child would keep one; and a mapping costs each child its copy. A task that
 * fails leaves its error in a file in memory instead, where the parent looks for it when the child
 * says so.
 *
 * The process may have children that are not the crew's. So a child that ended is looked at without
 * being reaped, and reaped only if it is ours. One that is not ours hides others from that look
 * until somebody reaps it; then ours are asked one by one.
 */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "models/first_failure.h"
#include "models/park.h"
#include "models/processes/processes.h"
#include "models/processes/reap.h"

enum {
	REAP_EVERY = 64,         /* spawns; one look costs a walk over all living children */
	HIDDEN_PAUSE_NS = 200000 /* between two rounds of asking one by one */
};

struct processes {
	const struct crew *crew;
	_Atomic uint64_t first_failure;
	int failures; /* descriptor: the error of task i of this batch is int number i, if it has
			 one */
	size_t mapped_bytes;
	int running; /* spawned since the last drain */
	int live;    /* of them, not yet reaped */
	int before;  /* crew->spawned at the last drain */
	struct sigaction sigchld;
	pid_t pids[]; /* 0 = reaped */
};

/* On the parent's stack, which the child has a copy of. */
struct order {
	const struct crew *crew;
	task_fn *fn;
	void *arg;
	int task;
	int failures;
	off_t offset; /* of its error there */
};

int process_word_wait(_Atomic uint32_t *word, uint32_t old)
{
	return park_wait(word, old, PARK_FOREVER, PARK_SHARED);
}

void process_word_wake(_Atomic uint32_t *word)
{
	park_wake(word, INT_MAX, PARK_SHARED);
}

static int processes_open(struct crew *crew)
{
	size_t bytes = sizeof(struct processes) + (size_t)crew->tasks_max * sizeof(pid_t);
	struct processes *processes =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (processes == MAP_FAILED)
		return -errno;
	int failures = memfd_create("failures", MFD_CLOEXEC);
	int rc = failures < 0 ? -errno : 0;
	if (rc == 0 && madvise(processes, bytes, MADV_DONTFORK) != 0)
		rc = -errno;
	if (rc != 0) {
		if (failures >= 0)
			close(failures);
		munmap(processes, bytes);
		return rc;
	}
	processes->crew = crew;
	processes->failures = failures;
	processes->mapped_bytes = bytes;
	atomic_init(&processes->first_failure, FIRST_FAILURE_NONE);
	process_want_children(&processes->sigchld);
	crew->stack_bytes = 0; /* the parent's own, copied as it is written */
	crew->state = processes;
	return 0;
}

static void __attribute__((noinline, cold)) tell(const struct order *order, int rc)
{
	const struct crew *crew = order->crew;

	if (pwrite(order->failures, &rc, sizeof(rc), order->offset) != (ssize_t)sizeof(rc))
		_exit(1);
	if (crew->on_failure != NULL)
		crew->on_failure(crew->on_failure_arg, order->task, rc, 0);
}

/* In the child. A failure is told at once; the status says only that there was one. */
static int PROCESS_CHILD run_task(void *arg)
{
	struct order *order = arg;
	int rc = order->fn(order->arg);

	if (rc == 0)
		return 0;
	tell(order, task_errno(rc));
	return REAP_TOLD;
}

/* Notes what a task has told of itself. */
static void note_told(struct processes *processes, int index)
{
	int rc;

	if (pread(processes->failures, &rc, sizeof(rc), index * (off_t)sizeof(rc)) !=
			(ssize_t)sizeof(rc) ||
		rc >= 0)
		rc = -EPROTO; /* one that only left by this status */
	first_failure_note(&processes->first_failure, processes->before + index, rc, 0);
}

static void ended(struct processes *processes, int index, const struct reaped *reaped)
{
	const struct crew *crew = processes->crew;
	int task = processes->before + index;

	processes->pids[index] = 0;
	processes->live--;
	if (reaped->told)
		note_told(processes, index);
	if (reaped->rc == 0)
		return;
	first_failure_note(&processes->first_failure, task, reaped->rc, reaped->signal);
	if (crew->on_failure != NULL)
		crew->on_failure(crew->on_failure_arg, task, reaped->rc, reaped->signal);
}

/* Children get ascending pids for a while, so the search begins where the pid would then stand. */
static int index_of(const struct processes *processes, pid_t pid)
{
	int guess = processes->running - 1;

	if (pid - processes->pids[0] >= 0 && pid - processes->pids[0] < guess)
		guess = pid - processes->pids[0];
	for (int i = guess; i >= 0; i--)
		if (processes->pids[i] == pid)
			return i;
	for (int i = guess + 1; i < processes->running; i++)
		if (processes->pids[i] == pid)
			return i;
	return -1;
}

static bool ask_each(struct processes *processes)
{
	bool any = false;

	for (int i = 0; i < processes->running; i++) {
		struct reaped reaped;
		if (processes->pids[i] != 0 && reap(processes->pids[i], WNOHANG, &reaped)) {
			ended(processes, i, &reaped);
			any = true;
		}
	}
	return any;
}

/* Those spawned next have often ended as well, and asking by pid does not walk over all children.
 */
static void reap_after(struct processes *processes, int index)
{
	struct reaped reaped;

	while (++index < processes->running && processes->pids[index] != 0 &&
		reap(processes->pids[index], WNOHANG, &reaped))
		ended(processes, index, &reaped);
}

/* Reaps at least one of the crew's children. Returns false if none has ended; waits for one if told
 * to. */
static bool reap_some(struct processes *processes, bool wait)
{
	struct timespec pause = {.tv_nsec = HIDDEN_PAUSE_NS};
	struct reaped reaped;
	siginfo_t info = {.si_pid = 0};
	int options = WEXITED | WNOWAIT | (wait ? 0 : WNOHANG);

	if (waitid(P_ALL, 0, &info, options) == 0) {
		if (info.si_pid == 0)
			return false;
		int index = index_of(processes, info.si_pid);
		if (index >= 0) {
			if (reap(info.si_pid, 0, &reaped))
				ended(processes, index, &reaped);
			reap_after(processes, index);
			return true;
		}
	} else if (errno == EINTR) {
		return false;
	}
	if (ask_each(processes))
		return true;
	if (wait)
		nanosleep(&pause, NULL);
	return false;
}

static int processes_spawn(struct crew *crew, task_fn *fn, void *arg)
{
	struct processes *processes = crew->state;
	struct order order = {.crew = crew,
		.fn = fn,
		.arg = arg,
		.task = crew->spawned,
		.failures = processes->failures,
		.offset = processes->running * (off_t)sizeof(int)};
	pid_t pid;

	assert(processes->running < crew->tasks_max);
	if (processes->running % REAP_EVERY == REAP_EVERY - 1)
		while (processes->live > 0 && reap_some(processes, false))
			;
	int rc = process_fork(run_task, &order, &pid);
	if (rc != 0)
		return rc;
	processes->pids[processes->running++] = pid;
	processes->live++;
	return 0;
}

static int processes_drain(struct crew *crew)
{
	struct processes *processes = crew->state;

	while (processes->live > 0)
		reap_some(processes, true);
	processes->running = 0;
	int rc = first_failure_report(&processes->first_failure, crew);
	processes->before = rc != 0 ? crew->spawned : 0; /* as crew_drain counts */
	return rc;
}

static void processes_close(struct crew *crew)
{
	struct processes *processes = crew->state;

	process_restore_children(&processes->sigchld);
	close(processes->failures);
	munmap(processes, processes->mapped_bytes);
}

int processes_crew_pids(const struct crew *crew, pid_t *pids, int max)
{
	const struct processes *processes = crew->state;
	int count = 0;

	for (int i = 0; i < processes->running && count < max; i++)
		if (processes->pids[i] != 0)
			pids[count++] = processes->pids[i];
	return count;
}

const struct crew_ops processes_crew_ops = {
	.open = processes_open,
	.spawn = processes_spawn,
	.drain = processes_drain,
	.close = processes_close,
	.word_wait = process_word_wait,
	.word_wake = process_word_wake,
};
