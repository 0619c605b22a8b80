/*
 * A stopped server: see stall.h. The load process forks one more, which waits for the window and
 * sends the signals.
 */
#include "harness/selftest/stall.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/measure/clock.h"
#include "harness/measure/draft.h"

enum { MS = 1000 * 1000 };

/* What the load process of the wrapped workload is given; inherited by the fork. */
static int (*inner_load)(struct orders *orders);
static int lead_ms, stop_ms;
static _Atomic uint64_t *stopped_ns; /* shared with the process that stops the server */

static void pause_ms(int ms)
{
	struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * MS};

	nanosleep(&pause, NULL);
}

/* Waits for the window, and stops the server's process group in it. */
static void stop_server(const struct orders *orders, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	while (atomic_load(&orders->invocation->phase) < PHASE_WINDOW)
		pause_ms(1);
	pause_ms(lead_ms);
	uint64_t start_ns = clock_now_ns();
	int rc = kill(-orders->invocation->root, SIGSTOP);
	pause_ms(stop_ms);
	kill(-orders->invocation->root, SIGCONT);
	if (rc == 0)
		atomic_store(stopped_ns, clock_now_ns() - start_ns);
	_exit(0);
}

static int load_with_stop(struct orders *orders)
{
	pid_t parent = getpid();
	pid_t child = fork();

	if (child < 0)
		return -errno;
	if (child == 0)
		stop_server(orders, parent);
	return inner_load(orders);
}

int stall_plan(struct stall *stall, const char *model, const char *const *params, int stall_ms,
	int window_ms)
{
	int rc = draft_plan(&stall->plan, workload_find("echo"), model, KIND_TIME, params);

	if (rc != 0)
		return rc;
	if (stopped_ns == NULL)
		stopped_ns = mmap(NULL, sizeof(*stopped_ns), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (stopped_ns == MAP_FAILED) {
		stopped_ns = NULL;
		return -ENOMEM;
	}
	atomic_store(stopped_ns, 0);
	stop_ms = stall_ms;
	lead_ms = window_ms / 10;
	stall->workload = *stall->plan.draft.workload;
	inner_load = stall->workload.load;
	stall->workload.load = load_with_stop;
	stall->plan.draft.workload = &stall->workload;
	stall->plan.draft.window_ns = (uint64_t)window_ms * MS;
	return 0;
}

uint64_t stall_took_ns(void)
{
	return stopped_ns != NULL ? atomic_load(stopped_ns) : 0;
}

void stall_release(struct stall *stall)
{
	(void)stall;
	if (stopped_ns != NULL)
		munmap(stopped_ns, sizeof(*stopped_ns));
	stopped_ns = NULL;
}
